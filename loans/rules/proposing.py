"""What two persons may decide on a paid loan that is not booked, and when."""

from typing import Protocol

from loans.rules.holds import CAME_BACK, UNDONE_AFTER_PAID
from loans.states import BookingStatus, LoanStatus

GIVE_UP_BOOKING, PAY_AGAIN = "give_up_booking", "pay_again"
B = BookingStatus
MAY_BE_GIVEN_UP = (B.REFUSED, B.UNDONE, B.DUE)
UNDER_WAY = (B.SENDING, B.UNKNOWN, B.WAITS_FOR_CHECKER)
PAID_BEFORE = (UNDONE_AFTER_PAID, CAME_BACK)


class Loan(Protocol):
    """What counts of a loan."""

    @property
    def status(self) -> str: ...
    @property
    def held_code(self) -> str: ...


class Booking(Protocol):
    """What counts of a booking."""

    @property
    def status(self) -> str: ...


def why_not(kind: str, loan: Loan, booking: Booking | None) -> str:
    """Empty where it may be proposed and approved; else why it cannot be."""
    if kind not in (GIVE_UP_BOOKING, PAY_AGAIN):
        return f"it is one of {GIVE_UP_BOOKING} and {PAY_AGAIN}"
    if booking is None:
        return "its payout has nothing to book: a loan that was not paid is held or released"
    if booking.status in UNDER_WAY:
        return "it is being booked at this moment, or its checker has not decided yet"
    if kind == PAY_AGAIN:
        return _why_not_again(loan, booking)
    if booking.status in MAY_BE_GIVEN_UP:
        return ""
    return f"its booking is {booking.status.replace('_', ' ')}"


def _why_not_again(loan: Loan, booking: Booking) -> str:
    """Money taken back on the provider's own pages is never told to us: two persons say so."""
    if loan.status == LoanStatus.HELD and loan.held_code in PAID_BEFORE:
        return ""
    if loan.status == LoanStatus.DISBURSED and booking.status == B.REFUSED:
        return ""
    return (
        "only a loan that is paid and not booked, or that is held because its disbursal was "
        "undone or its money came back, can be paid again"
    )
