"""Reads: how many loans stand where, and what the clients receive of them."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Count, QuerySet, Sum

from loans.models import LoanBooking, LoanTracking
from loans.queries.bookings import NOT_BOOKED
from loans.states import LoanStatus

NOT_BOOKED_NAME = "not_booked"


@dataclass(frozen=True, kw_only=True)
class StatusFigure:
    """The loans of one status. `net`: minor units of what clients receive, by currency."""

    status: str
    count: int
    net: Mapping[str, int]


def per_status(rows: QuerySet[LoanTracking]) -> list[StatusFigure]:
    """Of every status, also of those that no loan has; one query."""
    lines = (
        rows.order_by()
        .values_list("status", "currency")
        .annotate(rows=Count("pk"), total=Sum("net_minor"))
    )
    counts = dict.fromkeys(LoanStatus, 0)
    totals: dict[LoanStatus, dict[str, int]] = {status: {} for status in LoanStatus}
    for status, currency, count, total in lines:
        counts[LoanStatus(status)] += count
        totals[LoanStatus(status)][currency] = int(total)
    return [
        StatusFigure(status=status, count=counts[status], net=totals[status])
        for status in LoanStatus
    ]


def not_booked(rows: QuerySet[LoanTracking]) -> StatusFigure:
    """Those that are paid, and that Mifos X has no booking of: refused, or undone there."""
    refused = LoanBooking.objects.filter(status__in=NOT_BOOKED).order_by()
    lines = (
        rows.filter(pk__in=refused.values("loan"))
        .order_by()
        .values_list("currency")
        .annotate(rows=Count("pk"), total=Sum("net_minor"))
    )
    found = list(lines)
    return StatusFigure(
        status=NOT_BOOKED_NAME,
        count=sum(count for _, count, _ in found),
        net={currency: int(total) for currency, _, total in found},
    )
