"""Who is told of which alert, and how many messages are too many."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from reconciliation.rules.severities import ALERT_SEVERITY, alert_severity, at_least
from reconciliation.states import Severity

# To one person by one channel in an hour; the last ones are kept for what is high.
MESSAGES_MAX = 10
KEPT_FOR_HIGH = 3
WINDOW = timedelta(hours=1)
STEPS = (1, 2, 3)
# Waits between tries that did not leave us; then it is given up.
WAITS_MINUTES = (1, 5, 15, 45, 135, 405)
USELESS_AFTER = timedelta(hours=20)
# Whoever was sending it died: told twice is better than not at all.
TAKEN_OVER_AFTER = timedelta(minutes=3)
HIGH = alert_severity(Severity.HIGH)


@dataclass(frozen=True, kw_only=True)
class Untold:
    """An alert that somebody is to be told of. `severity` is core's word."""

    alert_id: int
    severity: str


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Alerts told one by one, those told in one sum, and those that wait for the next hour."""

    singly: tuple[Untold, ...] = ()
    in_sum: tuple[Untold, ...] = ()


def plan(untold: Sequence[Untold], *, made: int, has_sum: bool) -> Plan:
    """What to tell now of `untold`, the worst first.

    `made` messages were made in this hour, and `has_sum` says whether one was a sum of many.
    """
    singly: list[Untold] = []
    rest: list[Untold] = []
    for each in untold:
        most = MESSAGES_MAX if each.severity == HIGH else MESSAGES_MAX - KEPT_FOR_HIGH
        (singly if made + len(singly) < most else rest).append(each)
    return Plan(singly=tuple(singly), in_sum=() if has_sum else tuple(rest))


def as_bad_as(lowest: str) -> list[str]:
    """Core's words for this severity (high, medium, low) and worse."""
    return [alert for mine, alert in ALERT_SEVERITY.items() if at_least(mine, lowest)]


def told_as(severity: str, *, step: int) -> str:
    """The middle of a reference: `told-critical`, `escalated-1-critical`."""
    return f"escalated-{step}-{severity}" if step else f"told-{severity}"


def reference(alert_id: int, *, severity: str, step: int, who: str, channel: str) -> str:
    """The name under which one message about an alert is made once."""
    return f"alert:{alert_id}:{told_as(severity, step=step)}:{who}:{channel}"


def said_in(reference: str) -> str:
    """What `told_as` was, out of a reference; '' where it is of no alert."""
    parts = reference.split(":")
    return parts[2] if len(parts) == 5 else ""


def wait_minutes(tries: int) -> int | None:
    """How long to wait after so many tries that did not leave us; None: give up."""
    return WAITS_MINUTES[tries - 1] if tries <= len(WAITS_MINUTES) else None
