"""Trap 3: a product of several disbursals takes a repeat as the next one."""

import pytest

from loans.operations import by_hand
from tests import lending
from tests.loans.booking.people import person
from tests.loans.traps.conftest import Lender


@pytest.fixture
def several(lender: Lender) -> Lender:
    """A loan of several disbursals waits."""
    lender.approves(7, productId=2, gross=10_000, net=10_000)
    lender.pays()
    return lender


def release(lender: Lender) -> None:
    by_hand.release(
        loan_id=lender.loan().pk, reason="the first of two, says the branch",
        caller=person("amina.example", "hold_loantracking"), at=lender.wire.clock(),
    )  # fmt: skip


class TestSeveral:
    def test_it_is_held_until_a_person_looks(self, several: Lender) -> None:
        loan = several.loan()

        assert (loan.status, loan.held_code) == ("held", "several_disbursals")

    @pytest.mark.parametrize("fault", ["book_lost", "book_500_done"])
    def test_released_it_is_booked_once_whatever_is_lost(
        self, several: Lender, fault: str
    ) -> None:
        release(several)
        several.pays()
        several.goes_wrong(fault)

        several.books_until_done()

        assert several.booking().status == "booked"
        assert len(several.disbursals()) == 1

    def test_somebody_elses_disbursal_stands_against_ours(self, several: Lender) -> None:
        release(several)
        several.pays()
        lending.disburse_by_hand(several.wire, several.tenant, 7, transactionAmount=4_000)

        several.books()

        assert several.booking().code == "disbursed_elsewhere"
        assert len(several.disbursals()) == 1


class TestSingle:
    @pytest.mark.parametrize("fault", ["book_lost", "book_cut", "book_500_done", "book_late"])
    def test_a_lost_answer_is_never_repeated_blindly(self, any_lender: Lender, fault: str) -> None:
        any_lender.approves()
        any_lender.goes_wrong(fault)
        any_lender.pays()

        any_lender.books_until_done()

        assert any_lender.booking().status == "booked"
        assert len(any_lender.disbursals()) == 1
        assert lending.lent(any_lender.wire)["bookedTwice"] == []

    def test_disbursed_there_by_somebody_it_is_not_disbursed_again(self, lender: Lender) -> None:
        lender.approves()
        lender.pays()
        lending.disburse_by_hand(lender.wire, lender.tenant, 7)

        lender.books()

        assert lender.booking().code == "disbursed_elsewhere"
        assert len(lender.disbursals()) == 1
