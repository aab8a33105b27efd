"""A person has a paid loan booked once more."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from core.callers import NotAllowed
from core.models import Alert, Step
from core.refusals import Refused
from gateways.memory import LoanFault, MemoryLoans
from loans.models import LoanBooking, LoanTracking
from loans.operations.book_again import CannotBook, book_again
from loans.operations.proposals import propose
from loans.operations.reach import NoSuchBooking
from tests.loans.booking.people import AMINA, BRIAN, REASON, person
from tests.wire import MovedClock

Book = Callable[[], Any]
Paid = Callable[..., LoanBooking]


@pytest.fixture
def again(moved: MovedClock) -> Any:
    def one(booking: LoanBooking, **more: Any) -> LoanBooking:
        named = {"reason": REASON, "caller": AMINA} | more
        book_again(booking_id=booking.pk, at=moved(), **named)
        booking.refresh_from_db()
        return booking

    return one


class TestRefused:
    def test_it_is_booked_with_a_key_of_its_own_and_the_same_external_id(
        self, refused: LoanBooking, again: Any, book: Book, mifos: MemoryLoans
    ) -> None:
        key, external_id = refused.idempotency_key, refused.external_id

        row = again(refused)
        assert (row.status, row.body, row.idempotency_key, row.tries) == ("due", None, "", 0)
        book()

        row.refresh_from_db()
        assert (row.status, row.external_id) == ("booked", external_id)
        assert row.idempotency_key not in ("", key)

    def test_its_alert_is_closed_and_the_reason_is_in_the_trail(
        self, refused: LoanBooking, again: Any
    ) -> None:
        again(refused)

        alert = Alert.objects.get(kind="loan_not_booked")
        assert alert.closed_by == AMINA.actor
        step = Step.objects.filter(subject_id=str(refused.pk)).latest("id")
        assert step.actor == AMINA.actor
        assert REASON in step.because

    def test_refused_once_more_it_is_told_and_noted_once_more(
        self, refused: LoanBooking, again: Any, book: Book, mifos: MemoryLoans
    ) -> None:
        again(refused)
        mifos.next_fault("record", LoanFault.RULE)

        book()

        assert len(mifos.notes) == 2
        assert Alert.objects.filter(kind="loan_not_booked", closed_at=None).count() == 1

    def test_the_same_again_changes_nothing_more(self, refused: LoanBooking, again: Any) -> None:
        first = again(refused).status_at

        assert again(refused).status_at == first
        assert refused.status == "due"

    def test_a_proposal_to_give_it_up_stays_open(
        self, refused: LoanBooking, again: Any, moved: MovedClock
    ) -> None:
        proposal = propose(
            loan_id=refused.loan_id, kind="give_up_booking", reason=REASON, caller=BRIAN,
            at=moved(),
        )  # fmt: skip

        again(refused)

        proposal.refresh_from_db()
        assert proposal.status == "proposed"


class TestUndone:
    def test_it_is_booked_under_the_next_external_id(
        self, undone: LoanBooking, again: Any, book: Book, mifos: MemoryLoans
    ) -> None:
        row = again(undone)
        assert (row.generation, row.external_id) == (2, f"{row.pk}-2")
        book()

        row.refresh_from_db()
        assert row.status == "booked"
        assert [each.reversed for each in mifos.disbursals[7]] == [True, False]
        assert LoanTracking.objects.get(pk=row.loan_id).status == "disbursed"

    def test_it_overtakes_a_proposal_to_pay_it_again(
        self, undone: LoanBooking, again: Any, moved: MovedClock
    ) -> None:
        proposal = propose(
            loan_id=undone.loan_id, kind="pay_again", reason=REASON, caller=BRIAN, at=moved()
        )

        again(undone)

        proposal.refresh_from_db()
        assert proposal.status == "overtaken"


class TestOthers:
    def test_one_that_waits_is_tried_at_once(
        self, paid: Paid, again: Any, book: Book, mifos: MemoryLoans, moved: MovedClock
    ) -> None:
        booking = paid(7)
        mifos.next_fault("record", LoanFault.LOCKED)
        book()
        booking.refresh_from_db()
        key = booking.idempotency_key
        assert booking.due_at > moved()

        again(booking)
        book()

        booking.refresh_from_db()
        assert (booking.status, booking.idempotency_key) == ("booked", key)

    def test_one_that_is_booked_is_refused(self, paid: Paid, again: Any, book: Book) -> None:
        booking = paid(7)
        book()

        with pytest.raises(CannotBook, match="it is booked"):
            again(booking)

    def test_it_needs_the_permission(self, refused: LoanBooking, again: Any) -> None:
        with pytest.raises(NotAllowed, match="book_loantracking"):
            again(refused, caller=person("carol.example", "approve_loanproposal"))

    def test_another_partners_is_not_there(self, refused: LoanBooking, again: Any) -> None:
        other = person("carol.example", partners=frozenset({uuid4()}))

        with pytest.raises(NoSuchBooking):
            again(refused, caller=other)

    def test_it_wants_a_reason(self, refused: LoanBooking, again: Any) -> None:
        with pytest.raises(Refused, match="8 to 500"):
            again(refused, reason="short")
