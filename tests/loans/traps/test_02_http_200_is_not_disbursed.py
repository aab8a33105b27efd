"""Trap 2: a booking that is answered with 200 may have changed nothing."""

import pytest

from tests.loans.traps.conftest import Lender


class TestMakerChecker:
    def test_it_waits_until_the_checker_approves(self, lender: Lender) -> None:
        lender.approves()
        lender.goes_wrong("book_checker")
        lender.pays()

        lender.books()

        assert lender.booking().status == "waits_for_checker"
        assert lender.there()["state"] == 200
        lender.books_until_done()
        assert lender.booking().status == "booked"
        assert len(lender.disbursals()) == 1

    def test_rejected_it_is_paid_not_booked_and_not_paid_again(self, lender: Lender) -> None:
        lender.approves()
        lender.goes_wrong("book_checker_rejected")
        lender.pays()

        lender.books_until_done()
        lender.pays()

        assert lender.booking().status == "refused"
        assert lender.booking().code == "checker_rejected"
        assert (lender.loan().status, lender.loan().cycle) == ("disbursed", 1)


class TestEmptyAnswers:
    @pytest.mark.parametrize("fault", ["book_empty_200", "book_html_200"])
    def test_only_the_loan_itself_tells(self, lender: Lender, fault: str) -> None:
        lender.approves()
        lender.goes_wrong(fault)
        lender.pays()

        lender.books_until_done()

        assert lender.booking().status == "booked"
        assert len(lender.disbursals()) == 1
