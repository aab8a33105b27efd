"""Write down what became of a booking: one arrow each, in a transaction of its own.

Whoever comes too late finds the row in another status: it is left as it is, and returned.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from core import states
from core.masking import for_log
from core.models import AlertSeverity
from loans.models import LoanBooking
from loans.operations import booking_alerts
from loans.operations.overtake import overtake
from loans.operations.reach import booking_locked
from loans.rules.booking_words import UNDONE
from loans.states import BookingStatus

B = BookingStatus
CODE_CHARACTERS_MAX = 150
TEXT_CHARACTERS_MAX = 500
OPEN = (B.DUE, B.SENDING, B.UNKNOWN, B.WAITS_FOR_CHECKER)
MAY_BE_FOUND = (*OPEN, B.REFUSED, B.GIVEN_UP)


def booked(
    *, booking_id: UUID, transaction_id: int | None, because: str, at: datetime
) -> LoanBooking:
    """Mifos X shows the disbursal: nothing is left to do, and open proposals are overtaken."""
    with transaction.atomic():
        row = booking_locked(booking_id)
        if row.status not in MAY_BE_FOUND:
            return row
        states.advance(
            row, to=B.BOOKED, at=at, because=because, booked_at=at, code="", text="",
            transaction_id=transaction_id or row.transaction_id,
        )  # fmt: skip
        booking_alerts.close_not_booked(row, at=at)
        overtake(row.loan_id, because="it is booked", at=at)
        return row


def refused(
    *,
    booking_id: UUID,
    code: str,
    text: str,
    at: datetime,
    look_again_at: datetime,
    severity: AlertSeverity = AlertSeverity.WARNING,
) -> LoanBooking:
    """Paid, not booked: a person must put it right, and is told."""
    with transaction.atomic():
        row = booking_locked(booking_id)
        if row.status not in OPEN:
            return row
        states.advance(
            row, to=B.REFUSED, at=at, because=_short(f"not booked: {code} {text}".strip()),
            due_at=look_again_at, **_said(code, text),
        )  # fmt: skip
        booking_alerts.tell_not_booked(row, at=at, severity=severity)
        return row


def again(
    *,
    booking_id: UUID,
    because: str,
    due_at: datetime,
    at: datetime,
    new_key: bool = False,
    was_sent: bool = True,
    code: str = "",
    text: str = "",
) -> LoanBooking:
    """Surely not booked: due again. `was_sent` False: it never left, and counts as no try."""
    with transaction.atomic():
        row = booking_locked(booking_id)
        if row.status not in (B.SENDING, B.UNKNOWN):
            return row
        states.advance(
            row, to=B.DUE, at=at, because=_short(because), due_at=due_at, **_said(code, text),
            idempotency_key="" if new_key else row.idempotency_key,
            tries=row.tries if was_sent else row.tries - 1,
        )  # fmt: skip
        return row


def unknown(
    *, booking_id: UUID, because: str, due_at: datetime, at: datetime, code: str = "",
    text: str = "",
) -> LoanBooking:  # fmt: skip
    """Whether it was booked cannot be told: it is looked up before it is repeated."""
    with transaction.atomic():
        row = booking_locked(booking_id)
        if row.status == B.SENDING:
            states.advance(
                row, to=B.UNKNOWN, at=at, because=_short(because), due_at=due_at,
                **_said(code, text),
            )  # fmt: skip
        return row


def waits(*, booking_id: UUID, command_id: int, due_at: datetime, at: datetime) -> LoanBooking:
    """Mifos X recorded it for a checker, who is asked about at `due_at`."""
    with transaction.atomic():
        row = booking_locked(booking_id)
        if row.status in (B.SENDING, B.UNKNOWN):
            states.advance(
                row, to=B.WAITS_FOR_CHECKER, at=at, command_id=command_id, due_at=due_at,
                because=f"waits for a checker in Mifos X, command {command_id}", code="", text="",
            )  # fmt: skip
        return row


def undone(*, booking_id: UUID, at: datetime, because: str = "") -> LoanBooking:
    """Its disbursal was undone in Mifos X; one that is not booked is left as it is."""
    with transaction.atomic():
        row = booking_locked(booking_id)
        if row.status != B.BOOKED:
            return row
        states.advance(
            row, to=B.UNDONE, at=at, code=UNDONE, text=because,
            because=because or "the loan waits for disbursal in Mifos X once more",
        )  # fmt: skip
        booking_alerts.tell_not_booked(row, at=at, severity=AlertSeverity.CRITICAL)
        return row


def given_up(
    row: LoanBooking, *, because: str, actor: str, look_again_at: datetime, at: datetime
) -> None:
    """Two persons agreed that we do not book it. Inside a transaction, on a locked row."""
    states.advance(row, to=B.GIVEN_UP, at=at, because=because, actor=actor, due_at=look_again_at)
    booking_alerts.close_not_booked(row, at=at, actor=actor)


def due_anew(
    row: LoanBooking, *, because: str, actor: str, external_id: str, generation: int, at: datetime
) -> None:
    """A person has it booked once more, with a body and a key of its own. On a locked row."""
    states.advance(
        row, to=B.DUE, at=at, because=because, actor=actor, external_id=external_id,
        generation=generation, body=None, idempotency_key="", due_at=at, tries=0, sent_at=None,
        command_id=None, noted_at=None, booked_at=None, transaction_id=None, code="", text="",
    )  # fmt: skip
    booking_alerts.close_not_booked(row, at=at, actor=actor)


def later(
    *, booking_id: UUID, statuses: Collection[str], due_at: datetime, code: str = "",
    text: str = "",
) -> None:  # fmt: skip
    """Looked at again then; nothing else changed, so it is no step. `text`: why not now."""
    said = _said(code, text) if text else {}
    LoanBooking.objects.filter(pk=booking_id, status__in=statuses).update(due_at=due_at, **said)


def _said(code: str, text: str) -> dict[str, Any]:
    """The server's own words, as far as they fit and without secrets."""
    return {"code": code[:CODE_CHARACTERS_MAX], "text": _short(text)}


def _short(text: str) -> str:
    return for_log(text)[:TEXT_CHARACTERS_MAX]
