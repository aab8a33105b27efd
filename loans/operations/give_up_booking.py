"""Two persons agreed that a paid loan is not booked. It stays paid, and is never paid again."""

from datetime import datetime

from core import states
from loans.models import LoanBooking, LoanTracking
from loans.operations import record_booking
from loans.operations.look_up_booking import again_at
from loans.rules.holds import UNDONE_AFTER_PAID
from loans.states import BookingStatus, LoanStatus


def give_up(
    loan: LoanTracking, booking: LoanBooking, *, because: str, actor: str, at: datetime
) -> None:
    """Inside a transaction, on locked rows. A loan that was held for it alone counts as paid."""
    record_booking.given_up(
        booking, because=because, actor=actor, at=at,
        look_again_at=again_at(BookingStatus.GIVEN_UP, at),
    )  # fmt: skip
    stays_paid(loan, booking, because=f"it stays paid: {because}", actor=actor, at=at)


def stays_paid(
    loan: LoanTracking, booking: LoanBooking, *, because: str, actor: str, at: datetime
) -> None:
    """A loan that is held only because the disbursal of this payout was undone counts as paid."""
    for_it = (
        loan.held_code == UNDONE_AFTER_PAID and loan.disbursement_id == booking.disbursement_id
    )
    if loan.status == LoanStatus.HELD and for_it:
        states.advance(
            loan, to=LoanStatus.DISBURSED, at=at, because=because, actor=actor, held_code="",
            held_text="", differences=[],
        )  # fmt: skip
