"""Reads: which bookings are due, which are late, and which a person must put right."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, Min, Q, QuerySet
from django.db.models.functions import Coalesce

from core import clock
from loans.models import LoanBooking, LoanTracking
from loans.rules.proposing import MAY_BE_GIVEN_UP
from loans.states import BookingStatus

B = BookingStatus
OPEN = (B.DUE, B.SENDING, B.UNKNOWN, B.WAITS_FOR_CHECKER)
NOT_BOOKED = (B.REFUSED, B.UNDONE)
LATE_MINUTES = 60
GIVEN_UP_LOOKED_AT = timedelta(days=30)


def due(*, partner_id: UUID, at: datetime) -> QuerySet[LoanBooking]:
    """What this partner's Mifos X is to be told, or asked, oldest first."""
    rows = LoanBooking.objects.filter(loan__partner_id=partner_id, status__in=OPEN, due_at__lte=at)
    return rows.order_by("due_at", "id")


def to_look_at_again(*, partner_id: UUID, at: datetime) -> QuerySet[LoanBooking]:
    """Refused and given up ones: somebody may have booked them in Mifos X by hand since."""
    lately = Q(status=B.GIVEN_UP, status_at__gte=at - clock.scaled(GIVEN_UP_LOOKED_AT))
    rows = LoanBooking.objects.filter(
        Q(status=B.REFUSED) | lately, loan__partner_id=partner_id, due_at__lte=at
    )
    return rows.order_by("due_at", "id")


def partners_due(*, at: datetime) -> list[UUID]:
    """Partners with something to book at this moment."""
    rows = LoanBooking.objects.filter(status__in=OPEN, due_at__lte=at)
    return list(rows.order_by().values_list("loan__partner_id", flat=True).distinct())


def next_moment() -> datetime | None:
    """When the next booking is due."""
    moment: datetime | None = LoanBooking.objects.filter(status__in=OPEN).aggregate(
        next=Min("due_at")
    )["next"]
    return moment


def not_booked() -> QuerySet[LoanBooking]:
    """Paid, not booked: what waits for a person, the longest first."""
    rows = LoanBooking.objects.filter(status__in=NOT_BOOKED)
    return rows.select_related("loan__partner", "disbursement").order_by("status_at", "id")


def late(*, at: datetime) -> Sequence[tuple[UUID, str, int]]:
    """(partner id, its name, count) of bookings that are open for longer than LATE_MINUTES.

    What a person had booked again counts from there; what was never sent, from when it fell due.
    """
    then = at - clock.minutes(LATE_MINUTES)
    rows = (
        LoanBooking.objects.filter(status__in=OPEN, created_at__lte=then)
        .annotate(since=Coalesce("sent_at", "status_at"))
        .filter(since__lte=then)
        .values_list("loan__partner_id", "loan__partner__name")
        .order_by("loan__partner__name")
    )
    return [(pk, name, count) for pk, name, count in rows.annotate(count=Count("pk"))]


def bookings_of(loan: LoanTracking) -> QuerySet[LoanBooking]:
    """All of one loan, the first payout first."""
    rows = LoanBooking.objects.filter(loan=loan).select_related("loan", "disbursement")
    return rows.order_by("cycle")


def to_decide_on(loan: LoanTracking, *, give_up: bool) -> LoanBooking | None:
    """What a proposal is about: the latest booking; to give up, the latest that may be."""
    rows = LoanBooking.objects.select_related("disbursement").filter(loan=loan)
    latest = list(rows.order_by("-cycle"))
    open_ones = [row for row in latest if give_up and row.status in MAY_BE_GIVEN_UP]
    return next(iter([*open_ones, *latest]), None)


def receipts_before(booking: LoanBooking) -> list[str]:
    """Receipts of the loan's payouts in other cycles."""
    rows = LoanBooking.objects.filter(loan_id=booking.loan_id).filter(~Q(pk=booking.pk))
    return list(rows.values_list("receipt", flat=True))
