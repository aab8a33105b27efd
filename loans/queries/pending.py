"""Reads: which loans wait to be paid, and how much of a product's day is used up."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db.models import Count, QuerySet, Sum

from core import clock
from disbursements.states import DisbursementStatus
from loans.models import LoanProductAutoDisbursalConfig, LoanTracking
from loans.queries.payouts import ORIGIN
from loans.states import LoanStatus

NOT_MOVED = (DisbursementStatus.CANCELLED, DisbursementStatus.FAILED)


@dataclass(frozen=True, kw_only=True)
class Used:
    """How many loans of a product were handed to the payouts on a day, and how much."""

    count: int
    amount_minor: int


def pending(partner_id: UUID) -> QuerySet[LoanTracking]:
    """The partner's loans that wait to be paid, oldest expected day first."""
    rows = LoanTracking.objects.filter(partner=partner_id, status=LoanStatus.PENDING)
    return rows.order_by("expected_on", "created_at", "loan_id")


def is_due(loan: LoanTracking, *, at: datetime) -> bool:
    """Whether its expected day has come in Nairobi; one without a day is due."""
    return has_come(loan.expected_on, at=at)


def has_come(day: date | None, *, at: datetime) -> bool:
    """Whether it is this day in Nairobi, or a later one; of no day it is true."""
    return day is None or day <= day_of(at)


def day_of(at: datetime) -> date:
    """The day in Nairobi."""
    return at.astimezone(clock.NAIROBI).date()


def used(product: LoanProductAutoDisbursalConfig, *, at: datetime) -> Used:
    """On the day of `at` in Nairobi; without what ended unpaid."""
    begins = datetime.combine(day_of(at), time.min, tzinfo=clock.NAIROBI)
    rows = LoanTracking.objects.filter(
        partner=product.partner_id, product_id=product.product_id,
        disbursement__partner=product.partner_id, disbursement__origin=ORIGIN,
        disbursement__created_at__gte=begins,
        disbursement__created_at__lt=begins + timedelta(days=1),
    ).exclude(disbursement__status__in=NOT_MOVED)  # fmt: skip
    sums = rows.aggregate(count=Count("pk"), minor=Sum("disbursement__amount_minor"))
    return Used(count=sums["count"], amount_minor=sums["minor"] or 0)


def fits_day(loan: LoanTracking, product: LoanProductAutoDisbursalConfig, *, at: datetime) -> bool:
    """Whether the product's limits of a day leave room for it."""
    if product.daily_count_max is None and product.daily_amount_max_minor is None:
        return True
    so_far = used(product, at=at)
    count_fits = product.daily_count_max is None or so_far.count < product.daily_count_max
    amount_fits = (
        product.daily_amount_max_minor is None
        or so_far.amount_minor + loan.net_minor <= product.daily_amount_max_minor
    )
    return count_fits and amount_fits
