"""Alerts about what money leaves from, a shortcode or a Stripe account: one of a kind for each."""

from datetime import datetime

from core import alerts, states
from core.models import AlertSeverity
from core.secrets import CannotOpen
from vault.models import Shortcode

LOW_FLOAT = "float_low"
NOT_ANSWERED = "balance_refused"
CREDENTIALS_CLOSED = "credentials_closed"
CREDENTIALS_REFUSED = "credentials_refused"


def tell(
    kind: str, shortcode: Shortcode, text: str, *, at: datetime,
    severity: AlertSeverity = AlertSeverity.CRITICAL,
) -> None:  # fmt: skip
    """Open it, or say it again."""
    alerts.raise_alert(kind=kind, key=shortcode.number, text=text, at=at, severity=severity)


def tell_closed(shortcode: Shortcode, error: CannotOpen, *, at: datetime) -> None:
    """Its credentials do not open: nothing can be sent or asked with them."""
    tell(CREDENTIALS_CLOSED, shortcode, str(error), at=at)


def close(kind: str, shortcode: Shortcode, *, at: datetime, actor: str = states.SYSTEM) -> int:
    """It is over; how many were open."""
    return alerts.close_alerts(kind=kind, key=shortcode.number, at=at, actor=actor)
