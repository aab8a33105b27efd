"""A note for people on a loan in Mifos X that is paid and not booked: once, if it can be left."""

import logging
from datetime import datetime

from gateways.errors import GatewayError, Unclear
from loans.models import LoanBooking
from loans.operations.reach_mifos import Line
from loans.rules.booking_body import refusal_note
from loans.rules.booking_words import explain

logger = logging.getLogger(__name__)


def leave_note(line: Line, booking: LoanBooking, *, at: datetime) -> None:
    """What fails here is tried at the next look, and stops nothing. Raises NotNow of the line."""
    text = refusal_note(
        amount_minor=booking.disbursement.amount_minor, currency=booking.currency,
        receipt=booking.receipt, why=explain(booking.code).what,
    )  # fmt: skip
    try:
        line.book.leave_note(loan_id=booking.loan.loan_id, text=text)
    except Unclear:
        logger.info("Whether the note on loan %s was left cannot be told", booking.loan.loan_id)
    except GatewayError as error:
        logger.info("No note on loan %s: %s", booking.loan.loan_id, error)
        return
    LoanBooking.objects.filter(pk=booking.pk).update(noted_at=at)
    booking.noted_at = at
