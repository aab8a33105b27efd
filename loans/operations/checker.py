"""A booking that waits for a second person in Mifos X (fineract.md 5)."""

from datetime import datetime

from core import clock
from gateways.interface import CheckerVerdict
from loans.models import LoanBooking
from loans.operations import record_booking
from loans.operations.look_up_booking import again_at, look_up
from loans.operations.reach_mifos import Line
from loans.rules import booking_words
from loans.states import BookingStatus

REJECTED, GONE = "rejected", "gone"
# Then it is for people. Whoever may not read the audits there would never hear of a rejection.
WAITS_MINUTES_MAX = 6 * 60
_CODES = {REJECTED: booking_words.CHECKER_REJECTED, GONE: booking_words.CHECKER_GONE}


def ask_checker(
    line: Line, booking: LoanBooking, *, again_minutes: int, at: datetime
) -> LoanBooking:
    """After a look that found nothing. Approved is proven by the loan alone: it is looked up."""
    verdict = _verdict(line, booking)
    if verdict.state in _CODES:
        # It may have been approved between the look and the answer.
        row = look_up(line, booking, at=at)
        if row.status != BookingStatus.WAITS_FOR_CHECKER:
            return row
        return record_booking.refused(
            booking_id=booking.pk, code=_CODES[verdict.state], at=at,
            text=f"command {booking.command_id}",
            look_again_at=again_at(BookingStatus.REFUSED, at),
        )  # fmt: skip
    if at >= booking.status_at + clock.minutes(WAITS_MINUTES_MAX):
        return record_booking.refused(
            booking_id=booking.pk, code=booking_words.CHECKER_SLOW, at=at,
            text=f"command {booking.command_id}",
            look_again_at=again_at(BookingStatus.REFUSED, at),
        )  # fmt: skip
    record_booking.later(
        booking_id=booking.pk, statuses=[BookingStatus.WAITS_FOR_CHECKER],
        due_at=at + clock.minutes(again_minutes),
    )  # fmt: skip
    return booking


def _verdict(line: Line, booking: LoanBooking) -> CheckerVerdict:
    return line.desk.checker_verdict(
        loan_id=booking.loan.loan_id, command_id=booking.command_id or 0
    )
