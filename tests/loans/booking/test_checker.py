"""A booking that a second person in Mifos X must approve first."""

from collections.abc import Callable
from typing import Any

import pytest

from gateways.memory import MemoryLoans
from loans.models import LoanBooking
from loans.operations.book_again import book_again
from tests.loans.booking.people import AMINA
from tests.wire import MovedClock

Book = Callable[[], Any]
Paid = Callable[..., LoanBooking]


@pytest.fixture
def waiting(paid: Paid, book: Book, mifos: MemoryLoans) -> LoanBooking:
    mifos.checks = True
    booking = paid(7)
    book()
    booking.refresh_from_db()
    return booking


class TestChecker:
    def test_recorded_is_not_booked(self, waiting: LoanBooking, mifos: MemoryLoans) -> None:
        assert (waiting.status, waiting.command_id) == ("waits_for_checker", 1)
        assert waiting.booked_at is None
        assert not mifos.disbursals[7]

    def test_while_it_waits_nothing_is_sent_again(
        self, waiting: LoanBooking, book: Book, mifos: MemoryLoans, moved: MovedClock
    ) -> None:
        moved.forward(minutes=16)

        book()

        waiting.refresh_from_db()
        assert waiting.status == "waits_for_checker"
        assert waiting.due_at > moved()
        assert len(mifos.waiting) == 1

    def test_approved_it_is_booked_by_what_the_loan_shows(
        self, waiting: LoanBooking, book: Book, mifos: MemoryLoans, moved: MovedClock
    ) -> None:
        mifos.decide(1, approved=True)
        moved.forward(minutes=16)

        run = book()

        waiting.refresh_from_db()
        assert (waiting.status, run.booked) == ("booked", 1)
        assert waiting.transaction_id == mifos.disbursals[7][0].transaction_id

    @pytest.mark.parametrize("may_read_audits", [True, False])
    def test_after_hours_it_is_for_a_person_and_found_all_the_same(
        self, waiting: LoanBooking, book: Book, mifos: MemoryLoans, moved: MovedClock,
        *, may_read_audits: bool,
    ) -> None:  # fmt: skip
        if not may_read_audits:
            mifos.permissions.discard("READ_AUDIT")
        moved.forward(hours=5)
        book()
        waiting.refresh_from_db()
        assert waiting.status == "waits_for_checker"

        moved.forward(hours=1)
        book()

        waiting.refresh_from_db()
        assert (waiting.status, waiting.code) == ("refused", "checker_slow")
        mifos.decide(1, approved=True)
        moved.forward(hours=1)
        book()
        waiting.refresh_from_db()
        assert waiting.status == "booked"

    def test_rejected_it_is_for_a_person(
        self, waiting: LoanBooking, book: Book, mifos: MemoryLoans, moved: MovedClock
    ) -> None:
        mifos.decide(1, approved=False)
        moved.forward(minutes=16)

        book()

        waiting.refresh_from_db()
        assert (waiting.status, waiting.code) == ("refused", "checker_rejected")

    def test_gone_from_there_it_is_for_a_person(
        self, waiting: LoanBooking, book: Book, mifos: MemoryLoans, moved: MovedClock
    ) -> None:
        mifos.waiting.clear()
        moved.forward(minutes=16)

        book()

        waiting.refresh_from_db()
        assert (waiting.status, waiting.code) == ("refused", "checker_gone")

    def test_booked_again_it_goes_under_another_key(
        self, waiting: LoanBooking, book: Book, mifos: MemoryLoans, moved: MovedClock
    ) -> None:
        key = waiting.idempotency_key
        mifos.decide(1, approved=False)
        moved.forward(minutes=16)
        book()

        book_again(booking_id=waiting.pk, reason="the checker knows now", caller=AMINA, at=moved())
        book()

        waiting.refresh_from_db()
        assert (waiting.status, waiting.command_id) == ("waits_for_checker", 2)
        assert waiting.idempotency_key != key
