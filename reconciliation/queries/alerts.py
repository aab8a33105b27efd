"""Reads: alerts as the command and the API choose and tell them."""

from typing import Any

from django.db.models import F, Q, QuerySet

from core import masking
from core.ids import as_uuid
from core.models import Alert
from reconciliation.models import Finding, FindingKind
from reconciliation.rules.alert_words import NOBODY, PREFIX
from reconciliation.rules.moments import told
from reconciliation.rules.severities import alert_severity, of_alert
from reconciliation.states import FindingStatus

OPEN, ACKNOWLEDGED, CLOSED = "open", "acknowledged", "closed"
STATES = (OPEN, ACKNOWLEDGED, CLOSED)


def rows(
    *, state: str = "", severity: str = "", kind: str = "", assigned_to: str = ""
) -> QuerySet[Alert]:
    """Those that fit all that is given, open ones first, then the newest.

    `state` is one of STATES, and open takes in acknowledged; `severity` is high, medium or low.
    """
    found = Alert.objects.order_by(F("closed_at").desc(nulls_first=True), "-last_at", "-id")
    if state:
        found = found.filter(closed_at__isnull=state != CLOSED)
    if state == ACKNOWLEDGED:
        found = found.filter(acknowledged_at__isnull=False)
    if severity:
        found = found.filter(severity=alert_severity(severity))
    if kind:
        found = found.filter(kind=kind)
    return found.filter(assigned_to=assigned_to) if assigned_to else found


def state_of(row: Alert) -> str:
    """One of STATES."""
    if row.closed_at:
        return CLOSED
    return ACKNOWLEDGED if row.acknowledged_at else OPEN


def why_held(row: Alert) -> str:
    """Why nobody closes it by hand: its differences are open. '' for alerts of anything else.

    To close it would hide all of them at once, for which each has to be dismissed with a reason.
    """
    kind, partner_id = row.kind.removeprefix(PREFIX), as_uuid(row.key)
    if kind == row.kind or kind not in FindingKind.values:
        return ""
    if partner_id is None and row.key != NOBODY:
        return ""
    whose = Q(partner_id=partner_id) if partner_id else Q(partner=None)
    open_ones = Finding.objects.filter(whose, kind=kind, status=FindingStatus.OPEN).count()
    if not open_ones:
        return ""
    verb = "difference of it is" if open_ones == 1 else "differences of it are"
    return (
        f"{open_ones:,} {verb} still open. The alert closes by itself once each is mended and "
        "checked again, or dismissed with a reason. Acknowledge it, and nobody else is told"
    )


def as_told(row: Alert) -> dict[str, Any]:
    """As JSON, phones masked."""
    return {
        "id": row.pk,
        "kind": row.kind,
        "key": row.key if as_uuid(row.key) else masking.without_phones(row.key),
        "severity": of_alert(row.severity).value,
        "text": masking.without_phones(row.text),
        "count": row.count,
        "state": state_of(row),
        "acknowledgedBy": row.acknowledged_by,
        "acknowledgedAt": told(row.acknowledged_at) if row.acknowledged_at else None,
        "assignedTo": row.assigned_to,
        "firstAt": told(row.first_at),
        "lastAt": told(row.last_at),
        "closedAt": told(row.closed_at) if row.closed_at else None,
        "closedBy": row.closed_by,
    }
