"""Look at the loan in Mifos X: was this payout booked there, by us or by somebody?

Before every send and every repeat, and after every answer that does not prove it.
"""

from datetime import datetime

from core import clock
from loans.models import LoanBooking
from loans.operations import record_booking
from loans.operations.booking_alerts import severity_of
from loans.operations.reach_mifos import Line
from loans.queries.bookings import receipts_before
from loans.rules import booking_answers, booking_words
from loans.rules.disbursals_seen import Seen, Sight, see
from loans.states import BookingStatus

REFUSED_AGAIN_MINUTES = 60
GIVEN_UP_AGAIN_MINUTES = 24 * 60
B = BookingStatus
_CODES = {
    Sight.ANOTHERS: booking_words.DISBURSED_ELSEWHERE,
    Sight.EARLIER: booking_words.EARLIER_CYCLE,
}


def look_up(line: Line, booking: LoanBooking, *, at: datetime) -> LoanBooking:
    """Look, and write down what was found. Raises what LoanBook raises."""
    return record_sight(booking, look(line, booking), at=at)


def look(line: Line, booking: LoanBooking) -> Seen:
    """What the loan's disbursals say; nothing is changed."""
    return see(
        line.book.disbursals(booking.loan.loan_id, external_id=booking.external_id),
        external_id=booking.external_id,
        receipt=booking.receipt,
        earlier_receipts=receipts_before(booking),
    )


def record_sight(booking: LoanBooking, seen: Seen, *, at: datetime) -> LoanBooking:
    """The booking as it stands after this look."""
    if seen.sight == Sight.OURS:
        return record_booking.booked(
            booking_id=booking.pk, transaction_id=seen.transaction_id, at=at,
            because=f"found in Mifos X: {seen.text}",
        )  # fmt: skip
    if seen.sight == Sight.OURS_UNDONE:
        return _undone(booking, seen, at)
    if seen.sight in _CODES and booking.status in record_booking.OPEN:
        return record_booking.refused(
            booking_id=booking.pk, code=_CODES[seen.sight], text=seen.text, at=at,
            look_again_at=again_at(B.REFUSED, at), severity=severity_of(seen.sight),
        )  # fmt: skip
    if booking.status in (B.REFUSED, B.GIVEN_UP):
        found = (_CODES[seen.sight], seen.text) if seen.sight in _CODES else ("", "")
        record_booking.later(
            booking_id=booking.pk, statuses=[booking.status], code=found[0], text=found[1],
            due_at=again_at(booking.status, at),
        )  # fmt: skip
    if booking.status == B.UNKNOWN:
        return _not_there(booking, at)
    return booking


def again_at(status: str, at: datetime) -> datetime:
    """When one that a person must put right is looked at again by itself."""
    given_up = status == B.GIVEN_UP
    return at + clock.minutes(GIVEN_UP_AGAIN_MINUTES if given_up else REFUSED_AGAIN_MINUTES)


def _undone(booking: LoanBooking, seen: Seen, at: datetime) -> LoanBooking:
    because = f"undone in Mifos X: {seen.text}"
    if booking.status not in (B.BOOKED, B.UNDONE):
        record_booking.booked(
            booking_id=booking.pk, transaction_id=seen.transaction_id, at=at,
            because=f"it was booked: {seen.text}",
        )  # fmt: skip
    return record_booking.undone(booking_id=booking.pk, at=at, because=because)


def _not_there(booking: LoanBooking, at: datetime) -> LoanBooking:
    """Of one that was unknown: refused if the server refused it, else it is repeated.

    What the server answered is stored there under the key, so the repeat gets a new one; where
    no answer came the same key is the safer one (fineract.md 4).
    """
    spent = booking.tries >= booking_answers.TRIES_MAX
    if spent or booking_answers.may_be_booked(booking.code):
        return record_booking.refused(
            booking_id=booking.pk, code=booking.code or booking_words.NO_ANSWER,
            text=booking.text, at=at, look_again_at=again_at(B.REFUSED, at),
        )  # fmt: skip
    answered = bool(booking.code)
    wait = clock.minutes(booking_answers.wait_minutes(max(1, booking.tries)))
    return record_booking.again(
        booking_id=booking.pk, because="not found in Mifos X: it was not booked", at=at,
        due_at=at + wait if answered else at, new_key=answered, code=booking.code,
        text=booking.text,
    )  # fmt: skip
