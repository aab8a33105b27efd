"""Slots in time for a shortcode's calls, shared by every worker: its TPS limit."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from core import clock
from disbursements.models import Pace
from vault.models import Shortcode

AHEAD_S = 10


@dataclass(frozen=True, kw_only=True)
class Slots:
    """`count` moments, the first at `start`, `gap` apart."""

    start: datetime
    gap: timedelta
    count: int

    def moment(self, position: int) -> datetime:
        """When the call at this position (from 0) may leave."""
        return self.start + self.gap * position

    def ready_s(self, position: int, *, at: datetime) -> float:
        """The same as a reading of clock.stopwatch_s(), `at` being now by the database's clock.

        The machine's own clock may be hours away from the database's.
        """
        return clock.stopwatch_s() + (self.moment(position) - at).total_seconds()


def lock(*, shortcode: Shortcode, at: datetime) -> Pace:
    """The shortcode's pace: until the transaction ends nobody else plans a call of it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO disbursements_pace (shortcode_number, free_at) VALUES (%s, %s) "
            "ON CONFLICT (shortcode_number) DO NOTHING",
            [shortcode.number, at],
        )
    return Pace.objects.select_for_update().get(pk=shortcode.number)


def free_slots(*, shortcode: Shortcode, at: datetime) -> int:
    """How many calls may be planned within the next AHEAD_S seconds; locks the shortcode's pace.

    Inside a transaction; `take` follows in the same one.
    """
    pace = lock(shortcode=shortcode, at=at)
    ahead = timedelta(seconds=AHEAD_S) - max(pace.free_at - at, timedelta())
    return max(0, int(ahead.total_seconds() * shortcode.tps_limit))


def take(*, shortcode: Shortcode, count: int, at: datetime) -> Slots:
    """Reserve the next `count` slots."""
    pace = Pace.objects.get(pk=shortcode.number)
    start = max(pace.free_at, at)
    gap = timedelta(seconds=1 / shortcode.tps_limit)
    Pace.objects.filter(pk=shortcode.number).update(free_at=start + gap * count)
    return Slots(start=start, gap=gap, count=count)
