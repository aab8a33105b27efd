"""Reads: checks by the hour and by the day, and how a span compares with the one before it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Sum

from core import clock
from core.refusals import Refused
from reconciliation.models import ReconciliationTally
from reconciliation.queries.percentiles import of_buckets
from reconciliation.rules.moments import told
from reconciliation.states import CheckResult

HOUR, DAY = "hour", "day"
MOMENTS_MAX = 1_000


class Summed(NamedTuple):
    """The checks of one hour that came to one result in one bucket of time."""

    hour: datetime
    result: str
    bucket: int
    checks: int
    duration_ms: int


@dataclass(kw_only=True)
class Moment:
    """The checks of one hour, or one day in Nairobi, from `since` on."""

    since: datetime
    counts: dict[str, int] = field(default_factory=dict)
    buckets: dict[int, int] = field(default_factory=dict)
    duration_ms: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.counts.values())

    @property
    def average_ms(self) -> int:
        """0 where there is none."""
        return round(self.duration_ms / self.total) if self.total else 0

    def add(self, row: Summed) -> None:
        """Count these in."""
        self.counts[row.result] = self.counts.get(row.result, 0) + row.checks
        self.buckets[row.bucket] = self.buckets.get(row.bucket, 0) + row.checks
        self.duration_ms += row.duration_ms

    def as_told(self) -> dict[str, Any]:
        """As the API tells it."""
        p50_ms, p95_ms, p99_ms = of_buckets(self.buckets)
        return {
            "since": told(self.since),
            "totalProcessed": self.total,
            **{result.value: self.counts.get(result.value, 0) for result in CheckResult},
            "averageProcessingTime": self.average_ms,
            "p50ProcessingTime": p50_ms,
            "p95ProcessingTime": p95_ms,
            "p99ProcessingTime": p99_ms,
        }


@dataclass(frozen=True, kw_only=True)
class Trend:
    """A span beside the one of the same length before it."""

    now: Moment
    before: Moment

    def change_percent(self, name: str = "") -> int | None:
        """How much more there is of a result (or of all); None where there was none before."""
        now = self.now.counts.get(name, 0) if name else self.now.total
        before = self.before.counts.get(name, 0) if name else self.before.total
        return round((now - before) * 100 / before) if before else None


@dataclass(frozen=True, kw_only=True)
class Tallies:
    """What was read at once, for every span within it."""

    rows: Sequence[Summed]

    def history(self, *, by: str, since: datetime, until: datetime) -> list[Moment]:
        """As history() below."""
        moments = {each: Moment(since=each) for each in _beginnings(by, since, until)}
        hours = {row.hour for row in self.rows if row.hour < until}
        of_hour = {hour: moments.get(_beginning(by, hour)) for hour in hours}
        for row in self.rows:
            if moment := of_hour.get(row.hour):
                moment.add(row)
        return list(moments.values())

    def trend(self, *, since: datetime, until: datetime) -> Trend:
        """As trend() below."""
        begins, ends = _hours(since, until)
        now, before = Moment(since=begins), Moment(since=begins - (ends - begins))
        for row in self.rows:
            if before.since <= row.hour < ends:
                (now if row.hour >= begins else before).add(row)
        return Trend(now=now, before=before)


def history(
    *, partners: Collection[UUID] | None, by: str, since: datetime, until: datetime
) -> list[Moment]:
    """Every hour or day that has a part between the two, oldest first, those without checks too.

    Raises Refused for a span of more than MOMENTS_MAX.
    """
    begins = next(iter(_beginnings(by, since, until)), until)
    told = tallies(partners=partners, since=begins, until=until)
    return told.history(by=by, since=since, until=until)


def trend(*, partners: Collection[UUID] | None, since: datetime, until: datetime) -> Trend:
    """Whole hours between the two, and as many before them."""
    begins, ends = _hours(since, until)
    told = tallies(partners=partners, since=begins - (ends - begins), until=ends)
    return told.trend(since=since, until=until)


def tallies(*, partners: Collection[UUID] | None, since: datetime, until: datetime) -> Tallies:
    """The hours that begin between the two: one query, for several spans."""
    rows = ReconciliationTally.objects.filter(hour__gte=since, hour__lt=until)
    if partners is not None:
        rows = rows.filter(partner_id__in=partners)
    key = ("hour", "result", "bucket")
    summed = rows.order_by().values(*key).annotate(made=Sum("count"), took=Sum("duration_ms"))
    return Tallies(rows=[Summed(*row) for row in summed.values_list(*key, "made", "took")])


def _hours(since: datetime, until: datetime) -> tuple[datetime, datetime]:
    """The whole hours that hold both."""
    return _beginning(HOUR, since), _beginning(HOUR, until + timedelta(hours=1, microseconds=-1))


def _beginnings(by: str, since: datetime, until: datetime) -> list[datetime]:
    if by not in (HOUR, DAY):
        raise Refused(f"use {HOUR} or {DAY}, such as {DAY}", field="by")
    step = timedelta(hours=1) if by == HOUR else timedelta(days=1)
    begins = _beginning(by, since)
    if (until - begins) / step > MOMENTS_MAX:
        raise Refused(f"is more than {MOMENTS_MAX} of a {by}: use less, such as 30 days",
                      field="since")  # fmt: skip
    found = []
    while begins < until:
        found.append(begins)
        begins += step
    return found


def _beginning(by: str, moment: datetime) -> datetime:
    if by == HOUR:
        return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    day = moment.astimezone(clock.NAIROBI).date()
    return datetime.combine(day, time.min, tzinfo=clock.NAIROBI)
