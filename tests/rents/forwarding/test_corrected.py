"""A failed transfer to a phone is corrected at the payouts' desk: the transfer follows it."""

from typing import Any

import pytest

from core.refusals import Refused
from disbursements.operations.correct import CannotCorrect, correct
from gateways.simulator import Simulator
from rents.operations.release import release
from rents.queries.legs import leg
from tests import money_in
from tests.disbursements.persons import AMINA
from tests.rents.forwarding.conftest import OPERATOR, RentPaid, moves, payouts, transfers
from tests.wire import Wire
from vault.models import Partner, Payment, Shortcode

NO_CUSTOMER = "254700199040"
RIGHT_PHONE = "254700100009"
REASON = "the owner gave a new number"


@pytest.fixture
def failed(
    a_partner: Partner, collecting: Shortcode, rent_paid: RentPaid, settled: Any
) -> Payment:
    """A rent whose transfer to the owner's phone failed for good."""
    owner = money_in.make_owner(a_partner, paid_to="phone", receiver_msisdn=NO_CUSTOMER)
    payment = rent_paid(money_in.make_property(owner, collecting))
    settled()
    assert transfers()[0].status == "failed"
    return payment


class TestCorrected:
    def test_the_transfer_follows_the_payout_that_replaces_its_own(
        self, failed: Payment, wire: Wire, settled: Any, simulator: Simulator
    ) -> None:
        [old] = payouts()

        child = correct(
            disbursement_id=old.pk, reason=REASON, caller=AMINA, at=wire.clock(),
            msisdn=RIGHT_PHONE,
        ).disbursement  # fmt: skip
        settled()

        [forward] = transfers()
        assert (child.origin, child.origin_id) == ("rent", str(forward.pk))
        assert (forward.status, forward.disbursement_id) == ("completed", child.pk)
        assert (leg(failed).status, moves(simulator)) == ("completed", [9_500])

    def test_the_amount_stays_what_is_owed(self, failed: Payment, wire: Wire) -> None:
        [old] = payouts()

        with pytest.raises(CannotCorrect, match="amount: must stay 9500"):
            correct(
                disbursement_id=old.pk, reason=REASON, caller=AMINA, at=wire.clock(),
                msisdn=RIGHT_PHONE, amount="9600",
            )  # fmt: skip

        assert len(payouts()) == 1

    def test_a_transfer_that_was_taken_back_is_not_corrected_and_sent(
        self, failed: Payment, wire: Wire, settled: Any, simulator: Simulator
    ) -> None:
        [forward] = transfers()
        release(forward_id=forward.pk, reason=REASON, caller=OPERATOR, at=wire.clock())

        for row in payouts():
            with pytest.raises(Refused, match=r"withdrawn|corrected already"):
                correct(
                    disbursement_id=row.pk, reason=REASON, caller=AMINA, at=wire.clock(),
                    msisdn=RIGHT_PHONE,
                )  # fmt: skip
        settled()

        assert moves(simulator) == []
