"""What a person may reach of loans: the rows of their partners, locked in one order.

Loan first, then booking, then proposal.
"""

from uuid import UUID

from core.callers import Caller
from core.refusals import Refused
from loans.models import LoanBooking, LoanTracking


class NoSuchLoan(Refused):
    """There is no such loan, or it is another partner's."""


class NoSuchBooking(Refused):
    """There is no such booking, or it is another partner's."""


def locked_loan(loan_id: UUID, caller: Caller) -> LoanTracking:
    """The tracked loan by our id, locked. Raises NoSuchLoan."""
    rows = LoanTracking.objects.select_for_update(of=("self",)).select_related(
        "partner", "disbursement"
    )
    if caller.partners is not None:
        rows = rows.filter(partner_id__in=caller.partners)
    row = rows.filter(pk=loan_id).first()
    if row is None:
        raise NoSuchLoan(f"there is no loan {loan_id}", field="id")
    return row


def locked_booking(booking_id: UUID, caller: Caller) -> LoanBooking:
    """The booking, locked, and before it its loan. Raises NoSuchBooking."""
    found = LoanBooking.objects.filter(pk=booking_id).values_list("loan_id", flat=True).first()
    if found is None:
        raise NoSuchBooking(f"there is no booking {booking_id}", field="id")
    try:
        loan = locked_loan(found, caller)
    except NoSuchLoan:
        raise NoSuchBooking(f"there is no booking {booking_id}", field="id") from None
    booking = booking_locked(booking_id)
    booking.loan = loan
    return booking


def booking_locked(booking_id: UUID) -> LoanBooking:
    """The booking, locked, with its payout; inside a transaction."""
    return (
        LoanBooking.objects.select_for_update(of=("self",))
        .select_related("loan__partner", "disbursement")
        .get(pk=booking_id)
    )
