"""Trap 5: a refusal is repeated for its key for ever, however right the loan is by then."""

import pytest

from loans.operations.book_again import book_again
from tests.loans.booking.people import AMINA
from tests.loans.traps.conftest import Lender


class TestRefusals:
    def test_booked_again_it_goes_under_a_new_key(self, lender: Lender) -> None:
        lender.approves()
        lender.goes_wrong("book_403_rule")
        lender.pays()
        lender.books()
        refused = lender.booking()
        assert refused.status == "refused"

        book_again(
            booking_id=refused.pk, reason="the holiday was moved", caller=AMINA,
            at=lender.wire.clock(),
        )  # fmt: skip
        lender.books()

        booked = lender.booking()
        assert booked.status == "booked"
        assert booked.idempotency_key != refused.idempotency_key
        assert booked.external_id == refused.external_id

    @pytest.mark.parametrize("fault", ["book_409_conflict", "book_500_not_done"])
    def test_what_may_pass_is_repeated_under_a_new_key_by_itself(
        self, lender: Lender, fault: str
    ) -> None:
        lender.approves()
        lender.goes_wrong(fault)
        lender.pays()

        lender.books_until_done()

        assert lender.booking().status == "booked"
        assert lender.booking().tries == 2
        assert len(lender.disbursals()) == 1
