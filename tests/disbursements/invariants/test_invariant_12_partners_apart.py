"""12. One partner never sends, retries or stops another partner's money."""

from typing import Any

import pytest

from disbursements.models import DisbursementRequest
from disbursements.operations.instruct import instruct
from disbursements.operations.pause import pause, resume
from disbursements.operations.send import send_due
from disbursements.rules.intake import Instruction
from gateways.memory import MemoryProvider
from gateways.simulator import Simulator
from tests.wire import MovedClock
from vault.models import Partner, Shortcode
from vault.operations.add_partner import add_partner
from vault.operations.add_shortcode import Credentials, add_shortcode


@pytest.fixture
def other(memory: MemoryProvider, simulator: Simulator, moved: MovedClock) -> Shortcode:
    """A second partner's shortcode."""
    partner = add_partner(name="Other Example Ltd", actor="test", at=moved())
    return add_shortcode(
        number="600222", partner_id=partner.pk, kind="paybill", initiator_name="apiop",
        credentials=Credentials(
            consumer_key="key2", consumer_secret="secret2", initiator_password="Safe#2"
        ),
        certificate=simulator.certificate_pem, actor="test", at=moved(), tps_limit=1000,
    )  # fmt: skip


def instructed(shortcode: Shortcode, moved: MovedClock, **more: Any) -> DisbursementRequest:
    return instruct(
        partner_id=shortcode.partner_id, origin="api", actor="test", at=moved(),
        instruction=Instruction(client_reference="SAL-1", msisdn="0712345678", amount="1250"),
        **more,
    ).disbursement  # fmt: skip


class TestPartnersApart:
    def test_the_same_reference_and_key_are_two_payouts(
        self, a_shortcode: Shortcode, other: Shortcode, moved: MovedClock
    ) -> None:
        mine = instructed(a_shortcode, moved, idempotency_key="key-1")
        theirs = instructed(other, moved, idempotency_key="key-1")

        assert mine.pk != theirs.pk
        assert {mine.shortcode_id, theirs.shortcode_id} == {a_shortcode.pk, other.pk}

    def test_each_is_paid_from_its_own_shortcode(
        self, a_shortcode: Shortcode, other: Shortcode, moved: MovedClock, memory: MemoryProvider
    ) -> None:
        instructed(a_shortcode, moved)
        instructed(other, moved)

        send_due()

        assert sorted(move.shortcode for move in memory.book) == ["600111", "600222"]

    @pytest.mark.parametrize("scope", ["partner", "shortcode"])
    def test_the_pause_of_one_does_not_stop_the_other(
        self, a_shortcode: Shortcode, other: Shortcode, moved: MovedClock,
        memory: MemoryProvider, scope: str,
    ) -> None:  # fmt: skip
        target = {"partner": a_shortcode.partner_id, "shortcode": a_shortcode.pk}[scope]
        pause(scope=scope, target=str(target), reason="a test", actor="test", at=moved())
        instructed(a_shortcode, moved)
        instructed(other, moved)

        send_due()

        assert [move.shortcode for move in memory.book] == ["600222"]

    def test_what_one_resumes_releases_nothing_of_the_other(
        self, a_shortcode: Shortcode, other: Shortcode, moved: MovedClock, memory: MemoryProvider,
        reports: Any,
    ) -> None:  # fmt: skip
        from disbursements.models import Pause
        from gateways.interface import PaymentState

        rows = [instructed(a_shortcode, moved), instructed(other, moved)]
        send_due()
        for row in rows:
            row.refresh_from_db()
            reports.failed(row, "1")
            moved.forward(minutes=1)
            reports.asked(row)
            reports.answered(row, PaymentState.NOT_PAID)
        paused = Pause.objects.get(target=str(a_shortcode.pk))

        resume(pause_id=paused.pk, reason="topped up", actor="test", at=moved())

        for row in rows:
            row.refresh_from_db()
        assert [row.status for row in rows] == ["retrying", "parked"]

    def test_an_inactive_partner_is_not_sent_for(
        self, a_shortcode: Shortcode, other: Shortcode, moved: MovedClock, memory: MemoryProvider
    ) -> None:
        instructed(a_shortcode, moved)
        instructed(other, moved)
        Partner.objects.filter(pk=a_shortcode.partner_id).update(is_active=False)

        send_due()

        assert [move.shortcode for move in memory.book] == ["600222"]
