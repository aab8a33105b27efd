"""The only reader of the system clock, and the only sleeper.

Everything that waits or judges time asks here, so that a test can stand still in time and a
rehearsal can run sixty times faster (`VAULT_TIME_SCALE`).
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from threading import Event
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection

NAIROBI = ZoneInfo("Africa/Nairobi")

Source = Callable[[], datetime]
_sources: list[Source] = []


def now() -> datetime:
    """This machine's moment, in UTC: for stamps that nobody else is measured against."""
    return _sources[-1]() if _sources else datetime.now(UTC)


def database_now() -> datetime:
    """The database's moment, in UTC: the judge of leases and due times for every machine."""
    if _sources:
        return _sources[-1]()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]


def stand_in() -> datetime | None:
    """What stands in for the real clock; None where that runs and a statement may say now()."""
    return _sources[-1]() if _sources else None


def minutes(count: float) -> timedelta:
    """A policy wait of so many minutes, shortened by VAULT_TIME_SCALE."""
    return timedelta(minutes=count / settings.VAULT_TIME_SCALE)


def scaled(wait: timedelta) -> timedelta:
    """Any other policy wait, shortened by VAULT_TIME_SCALE."""
    return wait / settings.VAULT_TIME_SCALE


def lived(span: timedelta) -> timedelta:
    """How long a real span counts in policy time: the inverse of `scaled`."""
    return span * settings.VAULT_TIME_SCALE


def stopwatch_s() -> float:
    """Seconds of a clock that only goes forward: for durations and deadlines."""
    return time.monotonic()


def wait(*, seconds: float, unless: Event | None = None) -> bool:
    """Sleep, or less when `unless` is set meanwhile; returns whether it was."""
    if _sources:
        return bool(unless and unless.is_set())
    if unless is not None:
        return unless.wait(max(0.0, seconds))
    time.sleep(max(0.0, seconds))
    return False


@contextmanager
def reading_from(source: Source) -> Iterator[None]:
    """Read every moment from `source` inside the block; waits return at once."""
    _sources.append(source)
    try:
        yield
    finally:
        _sources.remove(source)
