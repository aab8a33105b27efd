"""What is red in the health figures becomes an alert, and is closed when it is red no more."""

from collections.abc import Iterable
from datetime import datetime

from config import health_figures
from config.health_figures import CALLBACKS_LATE, NO_WORKER, SCHEDULE_LATE, Reading
from core import alerts, states
from core.models import Alert, AlertSeverity, JobRun

KINDS = (NO_WORKER, SCHEDULE_LATE, CALLBACKS_LATE)
WATCH = "watch"


def tell_health(*, at: datetime) -> int:
    """Look at everything; how many alerts were opened or closed."""
    return tell(health_figures.readings(at=at), at=at)


def tell(readings: Iterable[Reading], *, at: datetime) -> int:
    """Open one alert per red figure that has none, close those that are red no more."""
    opened = set(Alert.objects.filter(kind__in=KINDS, closed_at=None).values_list("kind", "key"))
    worth_it = [reading for reading in readings if reading.alert_kind]
    quiet = _late_for_one_reason(worth_it, at)
    changed = 0
    for reading in worth_it:
        kind, key = reading.alert_kind, reading.name
        if reading.is_bad and (kind, key) not in opened and key not in quiet:
            _raise(reading, at)
            changed += 1
        if not reading.is_bad and (kind, key) in opened:
            changed += alerts.close_alerts(kind=kind, key=key, at=at, actor=states.SYSTEM)
    return changed


def _late_for_one_reason(readings: Iterable[Reading], at: datetime) -> set[str]:
    """Schedules that need no alert of their own.

    Without a worker all are late, and one alert says it. Just after one began again, or while
    the watch itself does not run, only the watch is told of.
    """
    readings = list(readings)
    late = {each.name for each in readings if each.alert_kind == SCHEDULE_LATE}
    if any(each.is_bad for each in readings if each.alert_kind == NO_WORKER):
        return late
    watched = JobRun.objects.filter(name=WATCH, succeeded_at__gte=at - health_figures.LATE_AFTER)
    return set() if watched.exists() else late - {WATCH}


def _raise(reading: Reading, at: datetime) -> None:
    warning = reading.alert_kind == SCHEDULE_LATE
    alerts.raise_alert(
        kind=reading.alert_kind, key=reading.name, at=at,
        text=" ".join(part for part in (
            f"{'Schedule ' if warning else ''}{reading.name}: {reading.value}.",
            reading.text, reading.advice,
        ) if part),
        severity=AlertSeverity.WARNING if warning else AlertSeverity.CRITICAL,
    )  # fmt: skip
