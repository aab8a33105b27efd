"""Bugs planted on purpose between Mifos X and M-Pesa: hard times must bring each to light."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from unittest.mock import patch
from uuid import UUID, uuid4

from loans.models import LoanTracking
from loans.rules.holds import Verdict

OPERATIONS = "loans.operations"


@contextmanager
def pays_on_an_old_look() -> Iterator[None]:
    """What changed since a loan was tracked stops nothing."""
    blind = lambda *_: Verdict()  # noqa: E731
    with (
        patch(f"{OPERATIONS}.process.judge", blind),
        patch(f"{OPERATIONS}.clear_payouts.judge", blind),
        patch(f"{OPERATIONS}.rejudge.rejudge", lambda **_: None),
        patch(f"{OPERATIONS}.fetch.rejudge", _as_it_was),
    ):
        yield


@contextmanager
def one_look_for_ever() -> Iterator[None]:
    """What was looked at once may leave at any time later."""
    with (
        patch(f"{OPERATIONS}.process.CLEARED", timedelta(days=30)),
        patch(f"{OPERATIONS}.fetch.rejudge", _as_it_was),
    ):
        yield


@contextmanager
def pays_gross() -> Iterator[None]:
    """The client gets the charges as well."""
    from loans.operations import process

    instruct = process._instruct

    def wrong(loan: Any, *about: Any, **named: Any) -> Any:
        loan.net_minor = loan.gross_minor
        return instruct(loan, *about, **named)

    with patch(f"{OPERATIONS}.process._instruct", wrong):
        yield


@contextmanager
def books_net() -> Iterator[None]:
    """Mifos X is told what the client got, and lowers the principal."""
    from loans.operations import booking_order

    body = booking_order.booking_body

    def wrong(*, gross_minor: int, **about: Any) -> Any:
        return body(gross_minor=gross_minor - 50_00, **about)

    with patch(f"{OPERATIONS}.booking_order.booking_body", wrong):
        yield


@contextmanager
def believes_200() -> Iterator[None]:
    """Any 200 means that it is booked."""
    from gateways.fineract import loans
    from gateways.interface import DisbursalRecorded

    read = loans.read_recorded

    def wrong(answer: Any, order: Any) -> Any:
        if answer.status == 200:
            return DisbursalRecorded(transaction_id=None)
        return read(answer, order)

    with patch.object(loans, "read_recorded", wrong):
        yield


@contextmanager
def repeats_without_a_look() -> Iterator[None]:
    """What got no answer is sent once more, under another key and another external id."""
    from loans.models import LoanBooking
    from loans.operations import book, claim_booking

    claim, look_up = claim_booking.claim, book.look_up

    def anew(booking_id: UUID, *, body: Any, at: Any) -> Any:
        other = {**body, "externalId": str(uuid4())}
        LoanBooking.objects.filter(pk=booking_id).update(
            body=None, idempotency_key="", external_id=other["externalId"]
        )
        return claim(booking_id, body=other, at=at)

    def blind(line: Any, booking: Any, *, at: Any) -> Any:
        if booking.status == "unknown":
            LoanBooking.objects.filter(pk=booking.pk).update(status="due", due_at=at)
            booking.refresh_from_db()
        return booking if booking.status == "due" else look_up(line, booking, at=at)

    with patch(f"{OPERATIONS}.book.claim", anew), patch(f"{OPERATIONS}.book.look_up", blind):
        yield


@contextmanager
def one_key_for_all() -> Iterator[None]:
    """Every loan is booked under the same key."""
    with patch(f"{OPERATIONS}.claim_booking.uuid4", lambda: UUID(int=7)):
        yield


@contextmanager
def pays_what_is_approved_again() -> Iterator[None]:
    """An undone disbursal puts the loan among those to be paid."""
    from loans.operations import process

    def pending(noticed: Any, _booking: Any, _at: Any) -> bool:
        LoanTracking.objects.filter(pk=noticed.pk).update(
            status="pending_disbursement", cycle=noticed.cycle + 1, disbursement=None
        )
        return False

    with (
        patch(f"{OPERATIONS}.fetch._undo", pending),
        patch.object(process.payouts, "may_have_paid", lambda *_, **__: None),
    ):
        yield


def _as_it_was(*, tracking_id: Any, **_: Any) -> LoanTracking:
    return LoanTracking.objects.get(pk=tracking_id)


MUTANTS: dict[str, Callable[[], Any]] = {
    mutant.__name__: mutant
    for mutant in (
        pays_on_an_old_look, one_look_for_ever, pays_gross, books_net, believes_200,
        repeats_without_a_look, one_key_for_all, pays_what_is_approved_again,
    )
}  # fmt: skip
