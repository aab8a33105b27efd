"""Reads: checks by the hour and by the day, and how a span compares with the one before it."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet, Sum
from django.db.models.functions import Trunc

from core import clock
from core.refusals import Refused
from reconciliation.models import ReconciliationTally
from reconciliation.queries.percentiles import of_buckets
from reconciliation.rules.moments import told
from reconciliation.states import CheckResult

HOUR, DAY = "hour", "day"
MOMENTS_MAX = 1_000


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

    def add(self, result: str, bucket: int, checks: int, took_ms: int) -> None:
        """Count in those that came to this result in one bucket of time."""
        self.counts[result] = self.counts.get(result, 0) + checks
        self.buckets[bucket] = self.buckets.get(bucket, 0) + checks
        self.duration_ms += took_ms

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


def history(
    *, partners: Collection[UUID] | None, by: str, since: datetime, until: datetime
) -> list[Moment]:
    """Every hour or day that has a part between the two, oldest first, those without checks too.

    Raises Refused for a span of more than MOMENTS_MAX.
    """
    moments = {begins: Moment(since=begins) for begins in _beginnings(by, since, until)}
    rows = _tallies(partners, next(iter(moments), until), until)
    for begins, *summed in _summed(rows, Trunc("hour", by, tzinfo=clock.NAIROBI)):
        moments[begins].add(*summed)
    return list(moments.values())


def trend(*, partners: Collection[UUID] | None, since: datetime, until: datetime) -> Trend:
    """Whole hours between the two, and as many before them."""
    begins = _beginning(HOUR, since)
    ends = _beginning(HOUR, until + timedelta(hours=1, microseconds=-1))
    now, before = Moment(since=begins), Moment(since=begins - (ends - begins))
    rows = _tallies(partners, before.since, ends)
    for is_now, *summed in _summed(rows, Q(hour__gte=begins)):
        (now if is_now else before).add(*summed)
    return Trend(now=now, before=before)


def _tallies(
    partners: Collection[UUID] | None, since: datetime, until: datetime
) -> QuerySet[ReconciliationTally]:
    rows = ReconciliationTally.objects.filter(hour__gte=since, hour__lt=until)
    return rows if partners is None else rows.filter(partner_id__in=partners)


def _summed(rows: QuerySet[ReconciliationTally], part: Trunc | Q) -> Iterable[tuple[Any, ...]]:
    """Part, result, bucket, checks and milliseconds: the database sums, for hours are many."""
    key = ("part", "result", "bucket")
    summed = rows.order_by().annotate(part=part).values(*key)
    summed = summed.annotate(checks=Sum("count"), took_ms=Sum("duration_ms"))
    return summed.values_list(*key, "checks", "took_ms")


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
