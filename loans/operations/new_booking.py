"""The booking of a payout that paid a loan."""

from datetime import datetime
from uuid import uuid4

from disbursements.models import DisbursementRequest
from loans.models import LoanBooking, LoanTracking
from loans.states import BookingStatus


def new_booking(
    loan: LoanTracking, payout: DisbursementRequest, *, cycle: int, at: datetime
) -> LoanBooking:
    """What Mifos X is to be told of this payout, due at once; not stored yet."""
    booking_id = uuid4()
    return LoanBooking(
        id=booking_id, loan=loan, cycle=cycle, disbursement=payout, receipt=payout.receipt or "",
        paid_at=payout.completed_at or at, gross_minor=loan.gross_minor, currency=loan.currency,
        status=BookingStatus.DUE, status_at=at, external_id=str(booking_id), due_at=at,
        created_at=at,
    )  # fmt: skip
