"""The watchtower, seen by staff: live, differences, checks, the queue, alerts and who is told."""

from reconciliation.admin import (
    alert_messages,
    alert_remedies,
    bulk_checks,
    findings,
    of_subject,
    queue,
    recipients,
    runs,
    severity_rules,
)

__all__ = [
    "alert_messages", "alert_remedies", "bulk_checks", "findings", "of_subject", "queue",
    "recipients", "runs", "severity_rules",
]  # fmt: skip
