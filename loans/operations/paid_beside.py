"""A loan was paid by another payout than the one that counts: people are told, and it is held."""

from datetime import datetime

from django.db import transaction

from core import states
from core.alerts import raise_alert
from core.models import AlertSeverity
from disbursements.models import DisbursementRequest
from loans.models import LoanBooking, LoanTracking
from loans.operations import record_booking
from loans.operations.look_up_booking import again_at
from loans.operations.new_booking import new_booking
from loans.operations.overtake import overtake
from loans.operations.recheck import hold_back
from loans.queries import payouts
from loans.rules import holds
from loans.rules.holds import Verdict
from loans.rules.proposing import PAID_BEFORE
from loans.states import BookingStatus, LoanStatus

BATCH = 500
CODE = "paid_late"
STOPPABLE = (LoanStatus.PENDING, LoanStatus.PROCESSING, LoanStatus.FAILED)
NOT_BOOKED = (
    "It was paid after its approval was given up here: compare the amounts with Mifos X, then "
    "book it again or give the booking up."
)


def tell_paid_beside(at: datetime) -> int:
    """Each once: the alert says that it was told. Returns how many."""
    told = 0
    for payout in payouts.paid_beside()[:BATCH]:
        with transaction.atomic():
            told += _tell(payout, at)
    return told


def end_settled(at: datetime) -> int:
    """Loans whose earlier payout is booked by now, or that two persons gave up to book, are paid.

    Returns how many were held for it alone.
    """
    ended = 0
    for found in payouts.settled_earlier()[:BATCH]:
        with transaction.atomic():
            loan = LoanTracking.objects.select_for_update().get(pk=found.pk)
            booking = payouts.settled_by(loan)
            if booking is None or loan.held_code != holds.UNDONE_AFTER_PAID:
                continue
            told = booking.status.replace("_", " ")
            states.advance(
                loan, to=LoanStatus.DISBURSED, at=at, disbursement=booking.disbursement,
                because=f"paid in cycle {booking.cycle}, and its booking is {told}",
                held_code="", held_text="", differences=[],
            )  # fmt: skip
            overtake(loan.pk, because="it is paid, and that is settled", at=at)
            ended += 1
    return ended


def _tell(payout: DisbursementRequest, at: datetime) -> bool:
    loan_id, cycle = payouts.cycle_of(payout)
    loan = LoanTracking.objects.select_for_update().get(pk=loan_id)
    booked = LoanBooking.objects.filter(loan=loan, cycle=cycle).first()
    if booked is None and cycle == loan.cycle and loan.status != LoanStatus.DISBURSED:
        return False  # it counts, and is followed
    if booked is None:
        _to_be_booked_by_a_person(loan, payout, cycle, at)
    text = f"{payout.client_reference} paid loan {loan.loan_id} of {payout.partner} after all"
    why = f"{text}, though it was given up: see both payouts."
    if loan.status in STOPPABLE:
        hold_back(loan, Verdict(hold_code=holds.UNDONE_AFTER_PAID), at=at, text=why)
    elif loan.status == LoanStatus.HELD and loan.held_code not in PAID_BEFORE:
        _hold_for_that(loan, why, at)
    else:
        states.note(loan, at=at, because=text)
    raise_alert(
        kind=payouts.PAID_TWICE_ALERT, key=str(payout.pk), severity=AlertSeverity.CRITICAL, at=at,
        text=f"{text}: see whether another payout paid it too, and stop that if it can be",
    )  # fmt: skip
    return True


def _hold_for_that(loan: LoanTracking, text: str, at: datetime) -> None:
    """Held already: from now on for what one person alone does not release."""
    loan.held_code, loan.held_text, loan.released_at = holds.UNDONE_AFTER_PAID, text, None
    loan.save(update_fields=["held_code", "held_text", "released_at"])
    states.note(loan, at=at, because=text, details={"held": loan.held_code})


def _to_be_booked_by_a_person(
    loan: LoanTracking, payout: DisbursementRequest, cycle: int, at: datetime
) -> None:
    """The queue of what is paid and not booked shows it; nothing books it by itself."""
    booking = new_booking(loan, payout, cycle=cycle, at=at)
    states.begin([booking], at=at, because="paid after all", actor=states.SYSTEM)
    record_booking.refused(
        booking_id=booking.pk, code=CODE, text=NOT_BOOKED, at=at,
        look_again_at=again_at(BookingStatus.REFUSED, at),
    )  # fmt: skip
