"""A person has a paid loan booked once more, after they put right what Mifos X refused."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from core import jobs, states
from core.callers import Caller
from core.refusals import Refused, checked_reason
from loans.models import LoanBooking
from loans.operations import record_booking
from loans.operations.give_up_booking import stays_paid
from loans.operations.overtake import overtake
from loans.operations.reach import locked_booking
from loans.rules import booking_answers
from loans.states import BookingStatus

PERMISSION = "loans.book_loantracking"
JOB = "loans"
EXAMPLE = "the holiday was moved in Mifos X"
B = BookingStatus


class CannotBook(Refused):
    """It is booked, or two persons gave it up; nothing was changed."""


def why_not(booking: LoanBooking) -> str:
    """Empty where `book_again` would do something; else why it cannot be booked."""
    if booking.status == B.BOOKED:
        return "it is booked"
    if booking.status == B.GIVEN_UP:
        return "two persons agreed that it is not booked"
    return ""


def book_again(*, booking_id: UUID, reason: str, caller: Caller, at: datetime) -> LoanBooking:
    """With a body and a key of its own; under the next external id, too, after an undo, and where
    a clash in the database of Mifos X stood against it: one that was undone unseen keeps its id.

    One that is on its way already is only tried at once. The loan is looked at in Mifos X before
    anything is sent. Raises NotAllowed, NoSuchBooking, CannotBook, Refused for the reason.
    """
    caller.demand(PERMISSION)
    said = checked_reason(reason, example=EXAMPLE)
    with transaction.atomic():
        row = locked_booking(booking_id, caller)
        if no := why_not(row):
            raise CannotBook(f"Loan {row.loan.loan_id} is not booked again: {no}")
        if row.status in (B.REFUSED, B.UNDONE):
            _begin_anew(row, said, caller, at)
        else:
            _bring_forward(row, said, caller, at)
        jobs.after_commit(JOB)
        return row


def _begin_anew(row: LoanBooking, said: str, caller: Caller, at: datetime) -> None:
    anew = row.status == B.UNDONE or booking_answers.id_is_taken(row.code)
    generation = row.generation + 1 if anew else row.generation
    record_booking.due_anew(
        row, because=f"booked again ({caller.origin}): {said}", actor=caller.actor, at=at,
        generation=generation, external_id=f"{row.pk}-{generation}" if anew else row.external_id,
    )  # fmt: skip
    because = f"it stays paid, and is booked again: {said}"
    stays_paid(row.loan, row, because=because, actor=caller.actor, at=at)
    overtake(row.loan_id, because="it is booked again", at=at)


def _bring_forward(row: LoanBooking, said: str, caller: Caller, at: datetime) -> None:
    LoanBooking.objects.filter(pk=row.pk, due_at__gt=at).update(due_at=at)
    states.note(
        row, at=at, actor=caller.actor, because=f"to be booked now ({caller.origin}): {said}"
    )
