"""The alert that nobody can tell whether a payout was paid: it lasts until there is proof."""

from datetime import datetime

from core import alerts, clock, states
from core.models import AlertSeverity
from disbursements.models import DisbursementRequest, DisbursementRetryLog
from disbursements.rules import asking
from disbursements.states import DisbursementStatus

ALERT_KIND = "outcome_unknown"


def tell(row: DisbursementRequest, text: str, *, severity: AlertSeverity, at: datetime) -> None:
    """Staff should know that this outcome is still open."""
    alerts.raise_alert(kind=ALERT_KIND, key=str(row.pk), severity=severity, text=text, at=at)


def settled(row: DisbursementRequest, attempt: DisbursementRetryLog, *, at: datetime) -> None:
    """The outcome is proven, before the row moves on: an alert that may be open ends."""
    old_enough = clock.lived(at - attempt.retry_timestamp) >= asking.ALERT_AFTER
    if old_enough or row.status == DisbursementStatus.UNKNOWN:
        alerts.close_alerts(kind=ALERT_KIND, key=str(row.pk), at=at, actor=states.SYSTEM)
