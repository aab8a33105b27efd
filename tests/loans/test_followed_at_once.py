"""What ends the payout of a loan wakes whoever follows it, and nobody else."""

import pytest

from disbursements.models import DisbursementRequest
from disbursements.operations.instruct import instruct
from disbursements.rules.intake import Instruction
from tests import lending
from tests.wire import Wire
from vault.models import Partner, Shortcode


class TestDeliveries:
    def test_the_result_of_a_payout_of_a_loan_wakes_the_follower(
        self, wire: Wire, a_partner: Partner, a_shortcode: Shortcode,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:  # fmt: skip
        hints: list[str] = []
        tenant = lending.a_tenant(wire)
        lending.a_connection(a_partner, tenant)
        lending.a_product(a_partner)
        lending.an_approved_loan(wire, tenant, 7)
        lending.sync(wire, a_partner, "fetch", "process")
        monkeypatch.setattr("config.deliveries.jobs.after_commit", hints.append)

        wire.run()

        assert DisbursementRequest.objects.get().status == "completed"
        assert "loans" in hints

    def test_that_of_other_payouts_does_not(
        self, wire: Wire, a_shortcode: Shortcode, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        hints: list[str] = []
        monkeypatch.setattr("config.deliveries.jobs.after_commit", hints.append)
        wages = Instruction(client_reference="PAY-1", msisdn="254700100001", amount="1250")
        instruct(
            partner_id=a_shortcode.partner_id, instruction=wages, origin="test", actor="test",
            at=wire.clock(),
        )  # fmt: skip

        wire.run()

        assert DisbursementRequest.objects.get().status == "completed"
        assert "loans" not in hints
