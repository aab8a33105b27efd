"""Trap 6: the external id on the transaction says that a booking is ours; an undo keeps it."""

from loans.operations.book_again import book_again
from tests import lending
from tests.loans.booking.people import AMINA
from tests.loans.traps.conftest import Lender


class TestExternalId:
    def test_it_is_on_the_transaction(self, any_lender: Lender) -> None:
        any_lender.approves()
        any_lender.pays()

        any_lender.books()

        [found] = any_lender.disbursals()
        assert found["externalId"] == any_lender.booking().external_id

    def test_after_an_undo_it_is_taken_and_the_next_one_is_used(self, any_lender: Lender) -> None:
        any_lender.approves()
        any_lender.pays()
        any_lender.books()
        lending.act(any_lender.wire, any_lender.tenant, 7, "undodisbursal")
        lending.sync(any_lender.wire, any_lender.partner)
        undone = any_lender.booking()
        assert undone.status == "undone"
        assert any_lender.loan().held_code == "undone_after_paid"

        book_again(
            booking_id=undone.pk, reason="undone by mistake, says the branch", caller=AMINA,
            at=any_lender.wire.clock(),
        )  # fmt: skip
        any_lender.books()

        booked = any_lender.booking()
        assert (booked.status, booked.external_id) == ("booked", f"{booked.pk}-2")
        assert any_lender.loan().status == "disbursed"
        living = [each for each in any_lender.disbursals() if not each["reversed"]]
        assert [each["externalId"] for each in living] == [booked.external_id]

    def test_one_that_was_undone_before_it_was_seen_does_not_stand_against_it_for_ever(
        self, any_lender: Lender
    ) -> None:
        any_lender.approves()
        any_lender.pays()
        any_lender.goes_wrong("book_lost")
        any_lender.books()
        lending.act(any_lender.wire, any_lender.tenant, 7, "undodisbursal")
        any_lender.wire.clock.forward(minutes=2)
        any_lender.books_until_done()
        stopped = any_lender.booking()
        assert stopped.status in ("refused", "undone")

        book_again(
            booking_id=stopped.pk, reason="undone by mistake, says the branch", caller=AMINA,
            at=any_lender.wire.clock(),
        )  # fmt: skip
        any_lender.books_until_done()

        assert any_lender.booking().status == "booked"
        assert len([each for each in any_lender.disbursals() if not each["reversed"]]) == 1
