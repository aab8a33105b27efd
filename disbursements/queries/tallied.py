"""Tallies and payouts of some partners, of one shortcode, of some days: what statistics sum."""

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import QuerySet, Sum

from disbursements.models import DisbursementRequest, Tally

COUNT = Sum("count", default=0)
MONEY = Sum("amount_minor", default=0)


def tallies_of(partners: Collection[UUID] | None, shortcode_id: UUID | None) -> QuerySet[Tally]:
    """The tallies of these partners (None: all) and this shortcode (None: any)."""
    return _scoped(Tally.objects.order_by(), partners, shortcode_id)


def rows_of(
    partners: Collection[UUID] | None, shortcode_id: UUID | None
) -> QuerySet[DisbursementRequest]:
    """The payouts of these."""
    return _scoped(DisbursementRequest.objects.order_by(), partners, shortcode_id)


def _scoped(rows: Any, partners: Collection[UUID] | None, shortcode_id: UUID | None) -> Any:
    if partners is not None:
        rows = rows.filter(partner_id__in=partners)
    return rows if shortcode_id is None else rows.filter(shortcode_id=shortcode_id)


def between(tallies: QuerySet[Tally], first_day: date, last_day: date) -> QuerySet[Tally]:
    """Those instructed from the first day to the last, both included."""
    return tallies.filter(day__gte=first_day, day__lte=last_day)


def per_status(tallies: QuerySet[Tally]) -> dict[str, int]:
    """How many payouts of each status."""
    lines = tallies.values("status").annotate(payouts=COUNT)
    return {line["status"]: line["payouts"] for line in lines}


def grouped(lines: Iterable[Any], by: str) -> dict[Any, list[dict[str, Any]]]:
    """Lines of what is counted at all, by one of their columns."""
    groups: dict[Any, list[dict[str, Any]]] = {}
    for line in lines:
        if line["payouts"]:
            groups.setdefault(line[by], []).append(line)
    return groups
