"""Reads: the payouts of loans: which loans have news of theirs, and what may have paid one."""

from datetime import datetime
from uuid import UUID

from django.db.models import CharField, Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat

from core.models import Alert
from disbursements import queries
from disbursements.models import DisbursementRequest
from disbursements.queries import of_origin
from disbursements.queries.of_origin import MAY_HAVE_PAID, NOT_PAID, PAID
from disbursements.states import DisbursementStatus
from loans.models import LoanBooking, LoanProposal, LoanTracking, ProposalKind
from loans.rules.holds import UNDONE_AFTER_PAID
from loans.states import BookingStatus, LoanStatus, ProposalStatus

S = DisbursementStatus
ORIGIN = "loan"
PAID_TWICE_ALERT = "loan_paid_twice"
CAME_BACK_ALERT = "loan_came_back"
OPEN = (LoanStatus.PROCESSING, LoanStatus.FAILED)
SETTLED = (BookingStatus.BOOKED, BookingStatus.GIVEN_UP)


def origin_ids(loan: LoanTracking) -> list[str]:
    """How the payouts of all its cycles so far name it."""
    return [f"{loan.pk}:{cycle}" for cycle in range(1, loan.cycle + 1)]


def payouts_of(loan: LoanTracking) -> QuerySet[DisbursementRequest]:
    """Of all its cycles, oldest first."""
    rows = DisbursementRequest.objects.filter(origin=ORIGIN, origin_id__in=origin_ids(loan))
    return rows.order_by("created_at", "id")


def payout_that_counts(loan: LoanTracking) -> DisbursementRequest | None:
    """Of its present cycle: the one that paid, else the latest; None before there is one."""
    if not of_origin.payouts_of(origin=ORIGIN, origin_id=loan.origin_id).exists():
        return None
    return of_origin.payout_that_counts(origin=ORIGIN, origin_id=loan.origin_id)


def cycle_of(payout: DisbursementRequest) -> tuple[UUID, int]:
    """The tracking's id and the cycle that a payout of a loan is for."""
    loan_id, _, cycle = payout.origin_id.partition(":")
    return UUID(loan_id), int(cycle)


def reference_is_used(loan: LoanTracking) -> bool:
    """Whether a payout has the reference of its present cycle: the next one needs another."""
    rows = DisbursementRequest.objects.filter(partner=loan.partner_id)
    return rows.filter(client_reference=loan.client_reference).exists()


def may_have_paid(
    loan: LoanTracking, *, but: DisbursementRequest | None = None
) -> DisbursementRequest | None:
    """A payout of any cycle for which nothing more may leave; None where something may.

    One that paid is none where two persons agreed to pay the loan again after it.
    """
    return next((row for row in _unsettled(loan) if row != but), None)


def to_clear(*, partner_id: UUID, at: datetime) -> list[DisbursementRequest]:
    """What is due of the partner's loans and may leave only after a look at Mifos X."""
    of = Q(partner=partner_id, origin=ORIGIN)
    return [
        row
        for status in (S.QUEUED, S.RETRYING)
        for row in queries.to_clear(status=status, at=at, of=of)
    ]


def partners_to_clear(*, at: datetime) -> list[UUID]:
    """The partners that have such."""
    of = Q(origin=ORIGIN)
    found: set[UUID] = set()
    for status in (S.QUEUED, S.RETRYING):
        rows = queries.to_clear(status=status, at=at, of=of).order_by()
        found.update(rows.values_list("partner_id", flat=True).distinct())
    return sorted(found)


def next_to_clear(*, at: datetime) -> datetime | None:
    """When the next one falls due; None when none will without a person."""
    return queries.next_to_clear(at=at, of=Q(origin=ORIGIN))


def with_news(*, partner_id: UUID | None = None) -> list[QuerySet[LoanTracking]]:
    """Loans whose payout moved on, those whose status is the longest the same first."""
    found = [*_open_with_news(), _held_and_paid()]
    if partner_id is not None:
        found = [rows.filter(partner=partner_id) for rows in found]
    return [rows.order_by("status_at", "id") for rows in found]


def _open_with_news() -> list[QuerySet[LoanTracking]]:
    """Each a question of its own: of all in one the database reads every payout there is."""
    loans = LoanTracking.objects.filter(status__in=OPEN, disbursement__isnull=False)
    others = _of_present_cycle().exclude(pk=OuterRef("disbursement")).filter(MAY_HAVE_PAID)
    goes_on = ~Q(disbursement__status__in=[*NOT_PAID, S.CANCELLED])
    replacement = DisbursementRequest.objects.filter(corrects=OuterRef("disbursement"))
    return [
        loans.filter(status=LoanStatus.PROCESSING, disbursement__status__in=[*PAID, *NOT_PAID]),
        loans.filter(goes_on, status=LoanStatus.FAILED),
        loans.filter(~Q(Exists(others)), disbursement__status=S.CANCELLED),
        loans.filter(Exists(replacement)),
        loans.filter(Exists(others.filter(status__in=PAID)), disbursement__corrects__isnull=False),
    ]


def _held_and_paid() -> QuerySet[LoanTracking]:
    paid = _of_present_cycle().filter(status__in=PAID)
    return LoanTracking.objects.filter(
        ~Q(_has_booking()), Q(Exists(paid)), status=LoanStatus.HELD, disbursement__isnull=False
    )


def _of_present_cycle() -> QuerySet[DisbursementRequest]:
    """The payouts of a loan's present cycle, inside of a query of loans."""
    return of_origin.payouts_of(
        origin=ORIGIN,
        origin_id=Concat(
            Cast(OuterRef("pk"), CharField()), Value(":"), Cast(OuterRef("cycle"), CharField())
        ),
    )


def came_back() -> QuerySet[DisbursementRequest]:
    """Payouts of loans whose money came back, of which nobody was told yet."""
    rows = DisbursementRequest.objects.filter(status=S.RETURNED, origin=ORIGIN)
    return rows.filter(~_told(CAME_BACK_ALERT)).order_by("status_at", "id")


def paid_beside() -> QuerySet[DisbursementRequest]:
    """Payouts that paid a loan and are not booked, though another counts or their cycle is over.

    Without those that somebody was told of. Looked for among corrections and loans of several
    cycles: nothing else can be one. Of a present cycle: after `with_news` is worked off.
    """
    corrections = DisbursementRequest.objects.filter(corrects__isnull=False, origin=ORIGIN)
    ids = {each for pair in corrections.values_list("pk", "corrects") for each in pair}
    again = LoanTracking.objects.filter(cycle__gt=1).only("cycle")
    of_several = [each for loan in again for each in origin_ids(loan)]
    rows = DisbursementRequest.objects.filter(
        Q(pk__in=ids) | Q(origin_id__in=of_several), origin=ORIGIN, status__in=PAID
    )
    counted = LoanBooking.objects.filter(disbursement=OuterRef("pk"))
    return rows.filter(~Exists(counted), ~_told(PAID_TWICE_ALERT)).order_by("status_at", "id")


def settled_earlier() -> list[LoanTracking]:
    """Loans that are held because an earlier cycle's payout paid them, and need not be."""
    rows = LoanTracking.objects.filter(
        status=LoanStatus.HELD, held_code=UNDONE_AFTER_PAID, cycle__gt=1
    )
    return [loan for loan in rows.order_by("status_at", "id") if settled_by(loan) is not None]


def settled_by(loan: LoanTracking) -> LoanBooking | None:
    """The booking of an earlier cycle that tells how the loan was paid, and is done with.

    None while more than that may have paid it, and where two persons had it paid again since.
    """
    rows = _unsettled(loan)
    cycles = {cycle_of(row)[1] for row in rows}
    if loan.cycle in cycles or any(row.status != S.COMPLETED for row in rows):
        return None
    found = LoanBooking.objects.filter(loan=loan, cycle__in=cycles, status__in=SETTLED)
    bookings = sorted(found, key=lambda row: (row.status == BookingStatus.BOOKED, row.cycle))
    return bookings[-1] if bookings and len(bookings) == len(cycles) else None


def anything_new() -> bool:
    """Whether `follow` has something to do."""
    if any(rows.exists() for rows in with_news()):
        return True
    return came_back().exists() or paid_beside().exists() or bool(settled_earlier())


def _has_booking() -> Exists:
    return Exists(LoanBooking.objects.filter(loan=OuterRef("pk"), cycle=OuterRef("cycle")))


def _unsettled(loan: LoanTracking) -> list[DisbursementRequest]:
    """What may have paid it, but for what two persons knew of as they had it paid once more.

    They propose that about the latest booking: it is their word for all that was paid by then.
    """
    agreed = LoanProposal.objects.filter(
        loan=loan, kind=ProposalKind.PAY_AGAIN, status=ProposalStatus.APPROVED,
        booking__cycle__lt=loan.cycle,
    )  # fmt: skip
    words = list(agreed.values_list("booking__cycle", "created_at"))
    return [
        row
        for row in payouts_of(loan).filter(MAY_HAVE_PAID)
        if not any(_was_known(row, cycle=cycle, at=at) for cycle, at in words)
    ]


def _was_known(row: DisbursementRequest, *, cycle: int, at: datetime) -> bool:
    if row.status not in PAID or cycle_of(row)[1] > cycle:
        return False
    return row.status == S.RETURNED or row.status_at <= at


def _told(kind: str) -> Exists:
    """An alert, open or closed, says so: whoever closed it knows."""
    key = Cast(OuterRef("pk"), CharField())
    return Exists(Alert.objects.filter(kind=kind, key=key))
