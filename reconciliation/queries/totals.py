"""Reads: all checks since the beginning. What is long over is summed once a day and process."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from uuid import UUID

from django.db.models import Max, QuerySet, Sum

from core import clock
from reconciliation.models import ReconciliationTally

# Checks are counted in the hour in which they began: what began before yesterday has ended.
OPEN_FOR = timedelta(days=1)
SCOPES_MAX = 1_000
Scope = frozenset[UUID] | None


@dataclass(frozen=True, kw_only=True)
class Totals:
    """`counts` by result, the milliseconds of all, and when the last began."""

    counts: dict[str, int] = field(default_factory=dict)
    took_ms: int = 0
    last_at: datetime | None = None

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.counts.values())

    def __add__(self, other: "Totals") -> "Totals":
        moments = [moment for moment in (self.last_at, other.last_at) if moment]
        return Totals(
            counts=dict(Counter(self.counts) + Counter(other.counts)),
            took_ms=self.took_ms + other.took_ms,
            last_at=max(moments, default=None),
        )


@dataclass(frozen=True, kw_only=True)
class _Over:
    """The sum of what began before `until`, while the table begins with this row."""

    until: datetime
    first_id: int | None
    totals: Totals


_over: dict[Scope, _Over] = {}


def totals(*, partners: Collection[UUID] | None, at: datetime) -> Totals:
    """Of these partners (None: of all), up to this moment."""
    scope = None if partners is None else frozenset(partners)
    day = (at.astimezone(clock.NAIROBI) - OPEN_FOR).date()
    until = datetime.combine(day, time.min, tzinfo=clock.NAIROBI)
    rows = ReconciliationTally.objects.order_by()
    if scope is not None:
        rows = rows.filter(partner_id__in=scope)
    return _sum_until(until, rows, scope) + _sum(rows.filter(hour__gte=until))


def _sum_until(until: datetime, rows: QuerySet[ReconciliationTally], scope: Scope) -> Totals:
    """Pruning gathers the hours of a day in one, which changes no sum; another table, such as one
    that was restored, begins with another row."""
    first_id = ReconciliationTally.objects.order_by("pk").values_list("pk", flat=True).first()
    kept = _over.get(scope)
    if kept is None or (kept.until, kept.first_id) != (until, first_id):
        found = _sum(rows.filter(hour__lt=until))
        kept = _Over(until=until, first_id=first_id, totals=found)
        if len(_over) >= SCOPES_MAX:
            _over.clear()
        _over[scope] = kept
    return kept.totals


def _sum(rows: QuerySet[ReconciliationTally]) -> Totals:
    found = rows.values_list("result").annotate(Sum("count"), Sum("duration_ms"), Max("last_at"))
    told = list(found)
    return Totals(
        counts={result: count for result, count, _, _ in told},
        took_ms=sum(took_ms for _, _, took_ms, _ in told),
        last_at=max((last_at for *_, last_at in told), default=None),
    )
