"""A booking whose process dies between its paragraphs, and two who book at once."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from core.models import Step
from gateways.memory import MemoryLoans
from loans.models import LoanBooking
from loans.operations.book_again import book_again
from loans.operations.proposals import approve, propose
from loans.operations.reach_mifos import AlreadyRunning
from tests.loans.booking.people import AMINA, BRIAN, REASON
from tests.wire import MovedClock

Book = Callable[[], Any]
Paid = Callable[..., LoanBooking]


class ProcessDied(BaseException):
    """As SIGKILL: nothing of ours catches it."""


@pytest.fixture
def die(mifos: MemoryLoans, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """The process dies in the next booking call, before or after it was carried out there."""
    record = mifos.record

    def arm(*, after: bool) -> None:
        def dying(order: Any) -> None:
            monkeypatch.setattr(mifos, "record", record)
            if after:
                record(order)
            raise ProcessDied

        monkeypatch.setattr(mifos, "record", dying)

    return arm


class TestTheProcessDies:
    def test_before_the_call_it_is_looked_up_and_sent_as_it_was(
        self, paid: Paid, book: Book, mifos: MemoryLoans, die: Any
    ) -> None:
        booking = paid(7)
        die(after=False)
        with pytest.raises(ProcessDied):
            book()
        booking.refresh_from_db()
        frozen = (booking.status, booking.body, booking.idempotency_key)
        assert frozen[0] == "sending"

        book()

        booking.refresh_from_db()
        assert (booking.status, booking.body, booking.idempotency_key) == ("booked", *frozen[1:])
        assert len(mifos.disbursals[7]) == 1

    def test_after_the_call_it_is_found_and_nothing_is_sent(
        self, paid: Paid, book: Book, mifos: MemoryLoans, die: Any
    ) -> None:
        booking = paid(7)
        die(after=True)
        with pytest.raises(ProcessDied):
            book()
        calls = mifos.calls.count("record")

        book()

        booking.refresh_from_db()
        assert booking.status == "booked"
        assert mifos.calls.count("record") == calls
        assert len(mifos.disbursals[7]) == 1
        trail = Step.objects.filter(subject_id=str(booking.pk)).order_by("id")
        assert [step.to_status for step in trail] == ["due", "sending", "unknown", "booked"]

    def test_before_the_claim_nothing_has_happened(
        self, paid: Paid, book: Book, mifos: MemoryLoans, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        booking = paid(7)

        def dying() -> None:
            raise ProcessDied

        with monkeypatch.context() as patch:
            patch.setattr(mifos, "today", dying)
            with pytest.raises(ProcessDied):
                book()
        booking.refresh_from_db()
        assert (booking.status, booking.body) == ("due", None)

        book()

        booking.refresh_from_db()
        assert booking.status == "booked"


class TestTwoAtOnce:
    def test_a_loan_is_booked_once(
        self, paid: Paid, book: Book, mifos: MemoryLoans, together: Callable[..., list[Any]]
    ) -> None:
        for loan_id in range(7, 12):
            paid(loan_id)

        ended = together(book, book, book)

        late = [each for each in ended if isinstance(each, Exception)]
        assert all(isinstance(each, AlreadyRunning) for each in late)
        assert all(len(found) == 1 for found in mifos.disbursals.values())
        assert mifos.calls.count("record") == 5

    def test_a_person_who_books_again_meanwhile_books_nothing_twice(
        self, paid: Paid, book: Book, mifos: MemoryLoans, moved: MovedClock,
        together: Callable[..., list[Any]],
    ) -> None:  # fmt: skip
        booking = paid(7)

        def again() -> LoanBooking:
            return book_again(
                booking_id=booking.pk, reason="to be sure of it", caller=AMINA, at=moved()
            )

        together(book, again)
        book()

        booking.refresh_from_db()
        assert booking.status == "booked"
        assert len(mifos.disbursals[7]) == 1

    def test_given_up_between_the_look_and_the_claim_it_is_not_sent(
        self, paid: Paid, book: Book, mifos: MemoryLoans, moved: MovedClock,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:  # fmt: skip
        booking, today = paid(7), mifos.today
        proposal = propose(
            loan_id=booking.loan_id, kind="give_up_booking", reason=REASON, caller=AMINA,
            at=moved(),
        )  # fmt: skip

        def two_persons_agree() -> date:
            monkeypatch.setattr(mifos, "today", today)
            approve(proposal_id=proposal.pk, reason=REASON, caller=BRIAN, at=moved())
            return today()

        monkeypatch.setattr(mifos, "today", two_persons_agree)

        run = book()

        booking.refresh_from_db()
        assert booking.status == "given_up"
        assert "record" not in mifos.calls
        assert run.errors == []
