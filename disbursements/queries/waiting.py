"""What waits among the payouts: how many, how much, since when. From tallies and small indexes."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Min, OuterRef, QuerySet, Subquery, Sum

from core import clock
from disbursements.models import DisbursementRequest, Tally
from disbursements.queries.due import to_send
from disbursements.states import DisbursementStatus
from vault.models import Shortcode

S = DisbursementStatus
EVER = timedelta(days=3650)
LIVE = (S.HELD, S.QUEUED, S.UNKNOWN, S.RETRYING, S.PARKED)

Partners = Collection[UUID] | None


@dataclass(frozen=True, kw_only=True)
class Amounts:
    """How many payouts and how much per currency, in minor units."""

    count: int = 0
    totals: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Live:
    """What has not come to its end, by status; what is parked, by cause, the most first."""

    by_status: Mapping[str, Amounts]
    parked: Mapping[str, Amounts]

    def of(self, status: str) -> Amounts:
        """The payouts of one status."""
        return self.by_status.get(status, Amounts())


def live(*, partners: Partners) -> Live:
    """Of any day; one query."""
    lines = list(
        _of(Tally.objects.filter(status__in=LIVE), partners)
        .order_by()
        .values("status", "parked_cause", "currency")
        .annotate(payouts=Sum("count"), amount=Sum("amount_minor"))
    )
    parked = _grouped((line for line in lines if line["status"] == S.PARKED), by="parked_cause")
    causes = sorted(parked.items(), key=lambda item: (-item[1].count, item[0]))
    return Live(by_status=_grouped(lines, by="status"), parked=dict(causes))


def failed_of(*, day: date, partners: Partners) -> Amounts:
    """What was instructed on this day in Nairobi, is failed, and is not replaced."""
    lines = (
        _of(Tally.objects.filter(status=S.FAILED, day=day), partners)
        .order_by()
        .values("status", "currency")
        .annotate(payouts=Sum("count"), amount=Sum("amount_minor"))
    )
    failed = _grouped(lines, by="status").get(S.FAILED, Amounts())
    return _without(failed, _replaced(day=day, partners=partners))


def _replaced(*, day: date, partners: Partners) -> Amounts:
    """The failed ones of the day that another payout replaces: found by what replaces them."""
    begins = datetime.combine(day, time.min, tzinfo=clock.NAIROBI)
    replacing = DisbursementRequest.objects.filter(corrects__isnull=False)
    rows = DisbursementRequest.objects.filter(
        pk__in=replacing.values("corrects"),
        status=S.FAILED,
        created_at__gte=begins,
        created_at__lt=begins + timedelta(days=1),
    )
    return sums(rows if partners is None else rows.filter(partner_id__in=partners))


def _without(some: Amounts, others: Amounts) -> Amounts:
    left = {name: total - others.totals.get(name, 0) for name, total in some.totals.items()}
    return Amounts(
        count=some.count - others.count, totals={name: each for name, each in left.items() if each}
    )


def sums(rows: QuerySet[Any], *, column: str = "amount_minor") -> Amounts:
    """Of rows that an index finds, by `column`; one query."""
    lines = rows.order_by().values("currency").annotate(
        payouts=Count("pk"), amount=Sum(column)
    )  # fmt: skip
    return _grouped(({**line, "all": ""} for line in lines), by="all").get("", Amounts())


def unknown_since(rows: QuerySet[DisbursementRequest]) -> datetime | None:
    """Since when the oldest of them is unknown."""
    return rows.filter(status=S.UNKNOWN).aggregate(oldest=Min("status_at"))["oldest"]


def next_retry_at(*, partners: Partners, at: datetime) -> datetime | None:
    """When the next one is sent again: proven, unpaused; each shortcode's by an index."""
    due = to_send(status=S.RETRYING, at=at + EVER).filter(shortcode=OuterRef("pk"))
    shortcodes = Shortcode.objects.order_by()
    if partners is not None:
        shortcodes = shortcodes.filter(partner_id__in=partners)
    earliest = Subquery(due.values("next_retry_at")[:1])
    moments = shortcodes.annotate(next_at=earliest).values_list("next_at", flat=True)
    return min((moment for moment in moments if moment), default=None)


def _of(rows: QuerySet[Tally], partners: Partners) -> QuerySet[Tally]:
    return rows if partners is None else rows.filter(partner_id__in=partners)


def _grouped(lines: Iterable[Mapping[str, Any]], *, by: str) -> dict[str, Amounts]:
    counts: dict[str, int] = {}
    totals: dict[str, dict[str, int]] = {}
    for line in lines:
        key, currency = line[by], line["currency"]
        counts[key] = counts.get(key, 0) + line["payouts"]
        money = totals.setdefault(key, {})
        money[currency] = money.get(currency, 0) + line["amount"]
    return {key: Amounts(count=count, totals=_without_zeros(totals[key]))
            for key, count in counts.items() if count}  # fmt: skip


def _without_zeros(totals: Mapping[str, int]) -> dict[str, int]:
    return {currency: total for currency, total in totals.items() if total}
