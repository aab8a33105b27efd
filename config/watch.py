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
        if reading.is_bad and (kind, key) not in opened and kind not in quiet:
            _raise(reading, at)
            changed += 1
        if not reading.is_bad and (kind, key) in opened:
            changed += alerts.close_alerts(kind=kind, key=key, at=at, actor=states.SYSTEM)
    return changed


def _late_for_one_reason(readings: Iterable[Reading], at: datetime) -> set[str]:
    """Without a worker, or just after one began again, all are late: one alert says it."""
    no_worker = any(each.is_bad for each in readings if each.alert_kind == NO_WORKER)
    watched = JobRun.objects.filter(name=WATCH, succeeded_at__gte=at - health_figures.LATE_AFTER)
    return {SCHEDULE_LATE} if no_worker or not watched.exists() else set()


def _raise(reading: Reading, at: datetime) -> None:
    warning = reading.alert_kind == SCHEDULE_LATE
    alerts.raise_alert(
        kind=reading.alert_kind, key=reading.name, at=at,
        text=f"{reading.name}: {reading.value}. {reading.text}",
        severity=AlertSeverity.WARNING if warning else AlertSeverity.CRITICAL,
    )  # fmt: skip
