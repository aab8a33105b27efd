"""Trap 10: without the payment type the receipt is dropped without a word."""

from loans.models import MifosConnection
from tests.loans.traps.conftest import Lender


class TestReceipt:
    def test_it_is_kept_with_the_payment_type(self, any_lender: Lender) -> None:
        any_lender.approves()
        any_lender.pays()

        any_lender.books()

        [found] = any_lender.disbursals()
        assert found["receipt"] == any_lender.booking().receipt

    def test_where_there_is_no_such_type_nothing_is_booked(self, lender: Lender) -> None:
        lender.approves()
        lender.pays()
        MifosConnection.objects.update(payment_type_name="Mobile money")

        run = lender.books()

        assert "Mobile money" in run.errors[0]["text"]
        assert lender.disbursals() == []
        MifosConnection.objects.update(payment_type_name=" m-pesa ")
        lender.wire.clock.forward(minutes=6)
        lender.books()
        assert lender.booking().status == "booked"
