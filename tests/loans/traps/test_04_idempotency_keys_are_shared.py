"""Trap 4: a key holds for all loans there, has 50 characters, and old versions ignore it."""

import pytest

from loans.models import LoanBooking
from tests import lending
from tests.loans.traps.conftest import Lender


class TestKeys:
    def test_each_booking_has_its_own_and_it_fits(self, lender: Lender) -> None:
        for loan_id in (7, 8, 9):
            lender.approves(loan_id, phone=f"0700 100 0{loan_id:02}")
        lender.pays()

        lender.books()

        keys = list(LoanBooking.objects.values_list("idempotency_key", flat=True))
        assert len(set(keys)) == 3
        assert all(0 < len(key) <= 50 for key in keys)
        assert lending.lent(lender.wire)["count"] == 3

    @pytest.mark.parametrize("fault", ["book_lost", "book_slow"])
    def test_where_keys_are_ignored_nothing_is_booked_twice(
        self, any_lender: Lender, fault: str
    ) -> None:
        any_lender.approves()
        any_lender.goes_wrong(fault, fault)
        any_lender.pays()

        any_lender.books_until_done()

        assert len(any_lender.disbursals()) == 1

    def test_a_key_that_is_stuck_for_ever_is_looked_past(self, lender: Lender) -> None:
        lender.approves()
        lender.goes_wrong("book_stuck")
        lender.pays()

        lender.books_until_done()

        assert lender.booking().status == "booked"
        assert len(lender.disbursals()) == 1
