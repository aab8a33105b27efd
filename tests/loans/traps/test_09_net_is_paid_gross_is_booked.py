"""Trap 9: the client receives the net amount, and Mifos X books the gross one."""

from tests.loans.traps.conftest import Lender


class TestAmounts:
    def test_on_both_families_of_versions(self, any_lender: Lender) -> None:
        any_lender.approves(7, net=9_500, gross=10_000)

        any_lender.pays()
        any_lender.books()

        booking = any_lender.booking()
        assert booking.status == "booked"
        assert booking.disbursement.amount_minor == 950_000
        [found] = any_lender.disbursals()
        assert float(found["amount"]) == 10_000
        assert found["receipt"] == booking.disbursement.receipt
        assert any_lender.there()["state"] == 300
