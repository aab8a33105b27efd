"""Tallies and payouts of some partners, of one shortcode, of some days: what statistics sum."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet, Sum

from core import clock
from disbursements.models import DisbursementRequest, Tally
from disbursements.states import DisbursementStatus

COUNT = Sum("count", default=0)
MONEY = Sum("amount_minor", default=0)
_NEWEST_OF_CODES = """
    SELECT named.code, (
        SELECT created_at FROM disbursement_requests
         WHERE failure_code = named.code AND NOT (failure_code = '')
           AND created_at >= %(first)s AND created_at < named.before
           AND (%(partners)s::uuid[] IS NULL OR partner_id = ANY (%(partners)s))
           AND (%(shortcode)s::uuid IS NULL OR shortcode_id = %(shortcode)s)
         ORDER BY created_at DESC LIMIT 1
    ) FROM unnest(%(codes)s::text[], %(before)s::timestamptz[]) AS named (code, before)
"""


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


def newest_of_codes(
    days: Mapping[str, date],
    *,
    partners: Collection[UUID] | None,
    shortcode_id: UUID | None,
    first_day: date,
) -> dict[str, datetime | None]:
    """When the newest payout with each code was instructed, since `first_day`; one statement.

    `days`: per code the last day on which there is one, so that the index is entered where it
    stands, also for a partner that has few.
    """
    given = {
        "first": _begin_of(first_day),
        "partners": None if partners is None else list(partners),
        "shortcode": shortcode_id,
        "codes": list(days),
        "before": [_begin_of(day + timedelta(days=1)) for day in days.values()],
    }
    with connection.cursor() as cursor:
        cursor.execute(_NEWEST_OF_CODES, given)
        return dict(cursor.fetchall())


def parked_causes(partners: Collection[UUID] | None) -> list[str]:
    """The causes that payouts are parked for now, in order."""
    parked = tallies_of(partners, None).filter(status=DisbursementStatus.PARKED)
    lines = parked.values("parked_cause").annotate(payouts=COUNT).filter(payouts__gt=0)
    return list(lines.order_by("parked_cause").values_list("parked_cause", flat=True))


def _begin_of(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=clock.NAIROBI)
