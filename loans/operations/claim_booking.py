"""The first paragraph of a booking: body and key are on record before anything leaves."""

from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction

from core import states
from gateways.interface import DisbursalOrder
from loans.models import LoanBooking
from loans.operations import record_booking
from loans.operations.reach import booking_locked
from loans.rules.booking_body import Body
from loans.states import BookingStatus

B = BookingStatus


def found(booking_id: UUID, *, at: datetime) -> LoanBooking:
    """The booking as it stands. Under the partner's lock, one that is being sent lost its sender:
    it is unknown."""
    row = _read(booking_id)
    if row.status == B.SENDING:
        return record_booking.unknown(
            booking_id=booking_id, because="its sender ended before the answer", due_at=at, at=at
        )
    return row


def claim(booking_id: UUID, *, body: Body, at: datetime) -> DisbursalOrder | None:
    """Freeze body and key and say that it is being sent; None when it is no longer due.

    What was frozen before is sent again as it was. `sent_at` is the first sending since a person
    or the payout asked for it.
    """
    with transaction.atomic(durable=True):
        row = booking_locked(booking_id)
        if row.status != B.DUE:
            return None
        frozen = row.body or body
        key = row.idempotency_key or str(uuid4())
        states.advance(
            row, to=B.SENDING, at=at, because=f"try {row.tries + 1}", body=frozen,
            idempotency_key=key, sent_at=row.sent_at or at, tries=row.tries + 1,
        )  # fmt: skip
    return DisbursalOrder(loan_id=row.loan.loan_id, idempotency_key=key, body=frozen)


def _read(booking_id: UUID) -> LoanBooking:
    rows = LoanBooking.objects.select_related("loan__partner", "disbursement")
    return rows.get(pk=booking_id)
