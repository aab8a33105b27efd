"""Paid, not booked: what is told of it, and how it ends."""

from collections.abc import Callable
from typing import Any

import pytest

from core.models import Alert
from gateways.errors import Unclear
from gateways.interface import AccessRefused, PaymentType
from gateways.memory import LoanFault, MemoryLoans
from loans.models import LoanBooking
from tests.wire import MovedClock

Book = Callable[[], Any]
Paid = Callable[..., LoanBooking]


def again(booking: LoanBooking) -> LoanBooking:
    booking.refresh_from_db()
    return booking


class TestRefused:
    def test_it_is_paid_not_booked_with_a_note_and_an_alert(
        self, paid: Paid, book: Book, mifos: MemoryLoans, moved: MovedClock
    ) -> None:
        booking = paid(7)
        mifos.next_fault("record", LoanFault.RULE)

        book()

        assert again(booking).status == "refused"
        assert "holiday" in booking.code
        [(loan_id, text)] = mifos.notes
        assert loan_id == 7
        assert booking.receipt in text
        assert booking.noted_at == moved()
        assert Alert.objects.filter(kind="loan_not_booked", closed_at=None).count() == 1

    def test_the_note_is_left_once(
        self, paid: Paid, book: Book, mifos: MemoryLoans, moved: MovedClock
    ) -> None:
        paid(7)
        mifos.next_fault("record", LoanFault.RULE)
        book()
        moved.forward(hours=2)

        book()

        assert len(mifos.notes) == 1

    def test_a_note_that_cannot_be_left_stops_nothing(
        self, paid: Paid, book: Book, mifos: MemoryLoans, moved: MovedClock
    ) -> None:
        first = paid(7)
        moved.forward(seconds=1)
        second = paid(8)
        mifos.permissions.discard("CREATE_LOANNOTE")
        mifos.next_fault("record", LoanFault.RULE)

        book()

        assert (again(first).status, again(second).status) == ("refused", "booked")
        assert first.noted_at is None

    def test_booked_there_by_hand_later_ends_it(
        self, paid: Paid, book: Book, mifos: MemoryLoans, moved: MovedClock
    ) -> None:
        booking = paid(7)
        mifos.next_fault("record", LoanFault.RULE)
        book()
        mifos.disburse_there(7, receipt=booking.receipt)
        moved.forward(minutes=61)

        book()

        assert again(booking).status == "booked"
        assert not Alert.objects.filter(kind="loan_not_booked", closed_at=None).exists()

    def test_it_is_looked_at_again_only_once_an_hour(
        self, paid: Paid, book: Book, mifos: MemoryLoans, moved: MovedClock
    ) -> None:
        paid(7)
        mifos.next_fault("record", LoanFault.RULE)
        book()
        calls = len(mifos.calls)
        moved.forward(minutes=59)

        book()

        assert len(mifos.calls) == calls

    @pytest.mark.parametrize("is_cash", [None, True])
    def test_no_payment_type_books_nothing_and_says_so(
        self, paid: Paid, book: Book, mifos: MemoryLoans, *, is_cash: bool | None
    ) -> None:
        booking = paid(7)
        mifos.payment_types.clear()
        if is_cash:
            mifos.payment_types.append(PaymentType(type_id=3, name="M-Pesa", is_cash=True))

        with pytest.raises(AccessRefused, match="M-Pesa"):
            book()

        assert again(booking).status == "due"
        assert "record" not in mifos.calls

    def test_without_a_payment_type_those_behind_are_looked_at_all_the_same(
        self, paid: Paid, book: Book, mifos: MemoryLoans, moved: MovedClock
    ) -> None:
        lost = paid(8)
        mifos.next_fault("record", LoanFault.LOST)
        with pytest.raises(Unclear):
            book()
        first = paid(7)
        moved.forward(minutes=2)
        LoanBooking.objects.filter(pk=first.pk).update(due_at=lost.due_at)
        mifos.payment_types.clear()

        with pytest.raises(AccessRefused):
            book()

        assert again(lost).status == "booked"
        assert again(first).status == "due"
