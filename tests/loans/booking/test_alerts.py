"""What is told of bookings that take too long."""

from collections.abc import Callable
from typing import Any

from core.models import Alert
from gateways.memory import LoanFault, MemoryLoans
from loans.models import LoanBooking
from loans.operations.book_again import book_again
from loans.operations.booking_alerts import tell_late
from loans.queries import bookings
from tests.loans.booking.people import AMINA
from tests.wire import MovedClock

Book = Callable[[], Any]
Paid = Callable[..., LoanBooking]


def late() -> list[Alert]:
    return list(Alert.objects.filter(kind="loan_booking_late", closed_at=None))


class TestLate:
    def test_after_an_hour_it_is_told_once_for_the_partner(
        self, paid: Paid, moved: MovedClock
    ) -> None:
        paid(7)
        paid(8)
        moved.forward(minutes=59)
        tell_late(at=moved())
        assert late() == []
        moved.forward(minutes=2)

        tell_late(at=moved())
        tell_late(at=moved())

        [alert] = late()
        assert (alert.count, alert.text[:20]) == (2, "2 paid loans are not")

    def test_booked_it_is_closed(self, paid: Paid, book: Book, moved: MovedClock) -> None:
        paid(7)
        moved.forward(minutes=61)
        tell_late(at=moved())
        book()

        tell_late(at=moved())

        assert late() == []

    def test_a_key_that_changes_does_not_begin_the_hour_anew(
        self, paid: Paid, book: Book, mifos: MemoryLoans, moved: MovedClock
    ) -> None:
        booking = paid(7)
        mifos.next_fault("record", *[LoanFault.CONFLICT] * 9)
        ends = moved.moment.timestamp() + 61 * 60
        while moved().timestamp() < ends:
            book()
            booking.refresh_from_db()
            moved.moment = booking.due_at

        tell_late(at=moved())

        assert len(late()) == 1

    def test_one_that_can_never_be_looked_at_is_told_too(
        self, paid: Paid, book: Book, mifos: MemoryLoans, moved: MovedClock
    ) -> None:
        paid(7)
        mifos.next_fault("disbursals", *[LoanFault.ERROR] * 20)
        for _ in range(13):
            book()
            moved.forward(minutes=5)

        tell_late(at=moved())

        assert "record" not in mifos.calls
        assert len(late()) == 1

    def test_what_a_person_has_booked_again_has_its_hour(
        self, paid: Paid, book: Book, mifos: MemoryLoans, moved: MovedClock
    ) -> None:
        booking = paid(7)
        mifos.next_fault("record", LoanFault.RULE)
        book()
        moved.forward(days=3)
        book_again(booking_id=booking.pk, reason="put right there", caller=AMINA, at=moved())

        tell_late(at=moved())
        assert late() == []
        moved.forward(minutes=61)
        tell_late(at=moved())

        assert len(late()) == 1


class TestDue:
    def test_only_what_is_due_is_found(
        self, paid: Paid, book: Book, mifos: MemoryLoans, moved: MovedClock
    ) -> None:
        booking = paid(7)
        assert bookings.partners_due(at=moved()) == [booking.loan.partner_id]
        mifos.next_fault("record", LoanFault.LOCKED)

        book()

        assert bookings.partners_due(at=moved()) == []
        booking.refresh_from_db()
        assert bookings.next_moment() == booking.due_at > moved()

    def test_what_a_person_must_put_right_is_not_due(
        self, paid: Paid, book: Book, mifos: MemoryLoans, moved: MovedClock
    ) -> None:
        booking = paid(7)
        mifos.next_fault("record", LoanFault.RULE)

        book()

        moved.forward(days=1)
        assert bookings.partners_due(at=moved()) == []
        assert bookings.next_moment() is None
        assert [row.pk for row in bookings.not_booked()] == [booking.pk]
