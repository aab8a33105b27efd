"""What each answer of Mifos X to a booking leads to."""

from collections.abc import Callable
from typing import Any

import pytest

from gateways.errors import Unclear, Unreachable
from gateways.interface import AccessRefused
from gateways.memory import LoanFault, MemoryLoans
from loans.models import LoanBooking
from loans.operations.book import UNCLEAR_IN_A_ROW_MAX
from loans.rules.booking_answers import TRIES_MAX
from tests.wire import MovedClock

Book = Callable[[], Any]
Paid = Callable[..., LoanBooking]


def again(booking: LoanBooking) -> LoanBooking:
    booking.refresh_from_db()
    return booking


class TestNotNow:
    @pytest.mark.parametrize("fault", [LoanFault.IN_PROGRESS, LoanFault.BUSY, LoanFault.LOCKED])
    def test_it_is_tried_again_under_the_same_key(
        self, paid: Paid, book: Book, mifos: MemoryLoans, moved: MovedClock, fault: LoanFault
    ) -> None:
        booking = paid(7)
        mifos.next_fault("record", fault)

        book()
        key = again(booking).idempotency_key
        waits = booking.due_at
        moved.forward(minutes=1)
        book()

        assert waits == moved()
        assert (again(booking).status, booking.idempotency_key) == ("booked", key)

    def test_a_conflict_is_tried_again_under_a_new_key(
        self, paid: Paid, book: Book, mifos: MemoryLoans, moved: MovedClock
    ) -> None:
        booking = paid(7)
        mifos.next_fault("record", LoanFault.CONFLICT)
        book()
        assert again(booking).idempotency_key == ""
        body = booking.body
        moved.forward(minutes=1)

        book()

        assert (again(booking).status, booking.body) == ("booked", body)
        assert booking.tries == 2

    def test_it_does_not_wait_for_ever(
        self, paid: Paid, book: Book, mifos: MemoryLoans, moved: MovedClock
    ) -> None:
        booking = paid(7)
        mifos.next_fault("record", *[LoanFault.LOCKED] * TRIES_MAX)
        began = moved()

        while again(booking).status == "due":
            moved.moment = booking.due_at
            book()

        assert (booking.status, booking.tries) == ("refused", TRIES_MAX)
        assert booking.code == "error.msg.loan.locked"
        assert 5.5 <= (moved() - began).total_seconds() / 3600 <= 6.5


class TestUnclear:
    @pytest.mark.parametrize("fault", [LoanFault.LOST, LoanFault.ERROR_DONE])
    def test_an_answer_lost_after_the_commit_is_looked_up(
        self, paid: Paid, book: Book, mifos: MemoryLoans, moved: MovedClock, fault: LoanFault
    ) -> None:
        booking = paid(7)
        mifos.next_fault("record", fault)

        _book_anyhow(book)
        moved.forward(minutes=2)
        book()

        assert again(booking).status == "booked"
        assert len(mifos.disbursals[7]) == 1
        assert mifos.calls.count("record") == 1

    @pytest.mark.parametrize("fault", [LoanFault.SLOW, LoanFault.ERROR])
    def test_what_is_not_there_is_repeated(
        self, paid: Paid, book: Book, mifos: MemoryLoans, moved: MovedClock, fault: LoanFault
    ) -> None:
        booking = paid(7)
        mifos.next_fault("record", fault)

        _book_anyhow(book)
        for _ in range(2):
            moved.forward(minutes=2)
            book()

        assert again(booking).status == "booked"
        assert len(mifos.disbursals[7]) == 1
        assert mifos.calls.count("record") == 2

    def test_while_it_is_not_looked_up_nothing_is_repeated(
        self, paid: Paid, book: Book, mifos: MemoryLoans, moved: MovedClock
    ) -> None:
        booking = paid(7)
        mifos.next_fault("record", LoanFault.ERROR)
        mifos.next_fault("disbursals", LoanFault.SLOW)
        mifos._faults["disbursals"].appendleft(None)  # type: ignore[arg-type]

        _book_anyhow(book)

        assert again(booking).status == "unknown"
        assert mifos.calls.count("record") == 1

    def test_an_error_that_never_ends_is_for_a_person(
        self, paid: Paid, book: Book, mifos: MemoryLoans, moved: MovedClock
    ) -> None:
        booking = paid(7)
        mifos.next_fault("record", *[LoanFault.ERROR] * TRIES_MAX)

        while again(booking).status in ("due", "unknown"):
            moved.moment = max(booking.due_at, moved())
            book()

        assert (booking.status, booking.code) == ("refused", "500")


class TestTheWholeServer:
    def test_a_refused_user_leaves_it_due_and_is_told_upwards(
        self, paid: Paid, book: Book, mifos: MemoryLoans
    ) -> None:
        booking = paid(7)
        mifos.permissions.discard("DISBURSE_LOAN")

        with pytest.raises(AccessRefused):
            book()

        assert (again(booking).status, booking.tries) == ("due", 0)

    def test_an_unreachable_server_costs_no_try(
        self, paid: Paid, book: Book, mifos: MemoryLoans
    ) -> None:
        booking = paid(7)
        mifos.next_fault("record", LoanFault.DROPPED)

        with pytest.raises(Unreachable):
            book()

        assert (again(booking).status, booking.tries) == ("due", 0)

    def test_one_loan_that_cannot_be_read_delays_no_other(
        self, paid: Paid, book: Book, mifos: MemoryLoans, moved: MovedClock
    ) -> None:
        first = paid(7)
        moved.forward(seconds=1)
        second = paid(8)
        mifos.next_fault("disbursals", LoanFault.ERROR)

        run = book()

        assert (again(first).status, again(second).status) == ("due", "booked")
        assert first.due_at > moved()
        assert run.errors[0]["loan_id"] == 7

    def test_several_in_a_row_are_the_server(
        self, paid: Paid, book: Book, mifos: MemoryLoans
    ) -> None:
        for loan_id in range(7, 12):
            paid(loan_id)
        mifos.next_fault("disbursals", *[LoanFault.ERROR] * 5)

        with pytest.raises(Unclear):
            book()

        assert mifos.calls.count("disbursals") == UNCLEAR_IN_A_ROW_MAX


def _book_anyhow(book: Book) -> None:
    try:
        book()
    except Unclear:
        return
