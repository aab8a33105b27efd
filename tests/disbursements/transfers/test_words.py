"""What staff read and may do about a transfer: its codes, corrections, settlements by hand."""

import pytest
from django.db import transaction

from core.callers import Caller
from disbursements.operations import ask
from disbursements.operations.correct import CannotCorrect, correct
from disbursements.operations.decide_settlement import approve
from disbursements.operations.propose_settlement import BadSettlement, propose
from disbursements.operations.prove_books import breaks
from disbursements.operations.send import send_due
from disbursements.operations.which_shortcode import NoShortcode, shortcode_for
from disbursements.queries.result_codes import in_words
from gateways.errors import Declined, Unclear
from tests.disbursements.transfers.conftest import Won, answering, reread
from tests.winners import payout
from tests.wire import MovedClock
from vault.models import Shortcode

RAIL = "stripe_transfer"


def person(name: str) -> Caller:
    return Caller(
        actor=name, origin="admin", partners=None,
        permissions=frozenset(
            {
                "disbursements.settle_disbursementrequest",
                "disbursements.approve_disbursementrequest",
                "disbursements.correct_disbursementrequest",
            }
        ),
    )  # fmt: skip


class TestCodes:
    def test_a_code_of_stripe_is_said_in_its_words(self, engine_db: None) -> None:
        said = in_words(code="balance_insufficient", rail=RAIL)

        assert said.happened == "Our Stripe balance is too small."
        assert said.reason_sw.startswith("Salio letu la Stripe halitoshi")

    def test_without_a_rail_it_is_found_too(self, engine_db: None) -> None:
        assert in_words(code="balance_insufficient").named

    def test_m_pesas_words_are_not_taken_for_stripes(self, engine_db: None) -> None:
        said = in_words(code="2001", text="Odd", rail=RAIL)

        assert (said.named, said.happened) == (False, "Odd")
        assert "Stripe" in said.to_do
        assert "M-Pesa" not in f"{said.to_do}{said.to_do_sw}"

    def test_the_provider_is_named(self, engine_db: None) -> None:
        assert in_words(code="500", rail=RAIL).side == "On Stripe's side"


class TestCorrections:
    def test_a_transfer_is_not_corrected_and_the_words_say_what_is_right(
        self, won: Won, moved: MovedClock
    ) -> None:
        row = payout(won())
        with answering(Declined("No", code="amount_too_small")):
            send_due()

        with pytest.raises(CannotCorrect, match="put the account right, then retry it"):
            correct(
                disbursement_id=row.pk, reason="a wrong amount", caller=person("amina"),
                at=moved(), amount="5",
            )  # fmt: skip

    def test_a_phone_is_never_paid_from_a_stripe_account(self, platform: Shortcode) -> None:
        partner_id = platform.partner_id

        with pytest.raises(NoShortcode):
            shortcode_for(partner_id=partner_id, number="STRIPE")
        with pytest.raises(NoShortcode):
            shortcode_for(partner_id=partner_id, number=None)

    def test_beside_a_stripe_account_the_only_paybill_is_meant(
        self, platform: Shortcode, a_shortcode: Shortcode
    ) -> None:
        assert shortcode_for(partner_id=platform.partner_id, number=None) == a_shortcode


class TestByHand:
    def test_two_persons_settle_it_by_the_id_of_the_transfer(
        self, won: Won, moved: MovedClock
    ) -> None:
        row = payout(won())
        with answering(Unclear("Who knows")):
            send_due()
        proposal = propose(
            disbursement_id=row.pk, settled_as="paid", receipt=" tr_1AbcXyz ", paid_at=moved(),
            evidence="the Dashboard shows tr_1AbcXyz", reason="no answer for two days",
            caller=person("amina"), at=moved(),
        )  # fmt: skip

        approve(
            settlement_id=proposal.pk, reason="I saw it too", caller=person("juma"), at=moved()
        )

        assert (reread(row).status, reread(row).receipt) == ("completed", "tr_1AbcXyz")
        assert list(breaks()) == []

    def test_an_m_pesa_receipt_is_none_of_a_transfer(self, won: Won, moved: MovedClock) -> None:
        row = payout(won())
        with answering(Unclear("Who knows")):
            send_due()

        with pytest.raises(BadSettlement, match="tr_1Example"):
            propose(
                disbursement_id=row.pk, settled_as="paid", receipt="UKL1000001",
                paid_at=moved(), evidence="a statement of yesterday",
                reason="no answer for two days", caller=person("amina"), at=moved(),
            )  # fmt: skip

    def test_it_is_asked_about_at_once_by_hand(self, won: Won, moved: MovedClock) -> None:
        row = payout(won())
        with answering(Unclear("Who knows")):
            send_due()

        ask.ask_now(disbursement_id=row.pk, actor="amina", at=moved(), reason="the user asks")

        assert reread(row).ask_at == moved()

    def test_what_was_refused_has_nothing_to_ask(self, won: Won, moved: MovedClock) -> None:
        row = payout(won())
        with answering(Declined("No", code="transfers_not_allowed")):
            send_due()

        with pytest.raises(ask.CannotAsk), transaction.atomic():
            ask.ask_now(disbursement_id=row.pk, actor="amina", at=moved())
