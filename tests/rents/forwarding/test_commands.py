"""forward_due, retry_forwards, release_forward and prove_books, as an operator runs them."""

from typing import Any
from uuid import uuid4

import pytest

from disbursements.operations.instruct import instruct
from disbursements.rules.intake import Instruction
from rents.models import Forward
from tests import money_in
from tests.commands import answer_of, refusal_of, said
from tests.rents.forwarding.conftest import RentPaid, forwarded, moves, transfers
from tests.wire import Wire
from vault.models import Owner, Partner, Payment, Property, Shortcode

REASON = "the owner asked for it"


@pytest.fixture
def by_hand(a_partner: Partner, collecting: Shortcode, rent_paid: RentPaid) -> Payment:
    """A rent that is forwarded only by hand."""
    owner = money_in.make_owner(a_partner, name="Otieno Example", forward_when="by_hand")
    return rent_paid(money_in.make_property(owner, collecting))


@pytest.fixture
def failed(
    a_partner: Partner, collecting: Shortcode, rent_paid: RentPaid, settled: Any
) -> Payment:
    """A rent whose transfer failed."""
    owner = money_in.make_owner(
        a_partner, paid_to="paybill", receiver_number="799007", receiver_account="A1"
    )
    payment = rent_paid(money_in.make_property(owner, collecting))
    settled()
    return payment


class TestForwardDue:
    def test_it_forwards_what_is_due(self, rent_paid: RentPaid, wire: Wire) -> None:
        rent_paid()

        assert answer_of("forward_due") == {"transfers": 1}
        assert answer_of("forward_due") == {"transfers": 0}

    def test_a_dry_run_tells_and_changes_nothing(
        self, rent_paid: RentPaid, wire: Wire, a_property: Property, a_partner: Partner,
        collecting: Shortcode,
    ) -> None:  # fmt: skip
        few = money_in.make_owner(a_partner, name="Few Example", forward_minimum_minor=9_999_900)
        rent_paid()
        rent_paid(money_in.make_property(few, collecting))

        answer = answer_of("forward_due", "--dry-run")

        assert {each["owner"]: each["waitsForMore"] for each in answer["groups"]} == {
            "Wanjiru Example": False, "Few Example": True,
        }  # fmt: skip
        assert "Wanjiru Example: 1 rent, KES 9,500.00" in said("forward_due", "--dry-run")
        assert not Forward.objects.exists()

    def test_these_payments_go_now_with_a_reason(self, by_hand: Payment, wire: Wire) -> None:
        nothing = answer_of("forward_due")
        answer = answer_of("forward_due", "--payment", str(by_hand.pk), "--reason", REASON)

        assert (nothing, answer) == ({"transfers": 0}, {"transfers": 1})
        assert transfers()[0].created_because == REASON

    def test_a_reason_alone_is_bad_usage(self, wire: Wire) -> None:
        assert refusal_of("forward_due", "--reason", REASON).returncode == 2

    @pytest.mark.parametrize("more", [(), ("--dry-run",)])
    def test_a_payment_that_is_not_there_is_named(
        self, by_hand: Payment, wire: Wire, more: tuple[str, ...]
    ) -> None:
        nobody = str(uuid4())

        refused = refusal_of(
            "forward_due", "--payment", str(by_hand.pk), "--payment", nobody, *more
        )

        assert (refused.returncode, nobody in str(refused)) == (1, True)
        assert not Forward.objects.exists()


class TestRetryForwards:
    def test_all_that_failed_are_tried_again(self, failed: Payment, wire: Wire) -> None:
        looked = answer_of("retry_forwards", "--dry-run")
        answer = answer_of("retry_forwards")

        assert looked == {"dryRun": True, "transfers": 1}
        assert answer == {"total": 1, "successful": 1, "failed": 0, "errors": []}
        assert transfers()[0].status == "processing"

    def test_one_of_a_payment_where_that_can_be(
        self, failed: Payment, by_hand: Payment, wire: Wire
    ) -> None:
        unknown = str(uuid4())

        answer = answer_of("retry_forwards", "--payment", str(failed.pk), "--payment", unknown)

        assert (answer["total"], answer["successful"]) == (2, 1)
        [error] = answer["errors"]
        assert (error["paymentId"], "no payment" in error["error"]) == (unknown, True)


class TestReleaseForward:
    def test_it_takes_back_what_was_not_sent_yet(
        self, rent_paid: RentPaid, wire: Wire, simulator: Any
    ) -> None:
        rent_paid()
        [forward] = forwarded(wire)

        tried = answer_of("release_forward", str(forward.pk), "--reason", REASON, "--dry-run")
        stood = transfers()[0].status
        done = answer_of("release_forward", str(forward.pk), "--reason", REASON)
        wire.run(also=["forward", "follow"])

        assert (tried["dryRun"], stood, done["status"]) == (True, "processing", "released")
        assert moves(simulator) == []

    def test_another_transfer_is_refused(self, wire: Wire) -> None:
        error = refusal_of("release_forward", str(uuid4()), "--reason", REASON)

        assert error.returncode == 1
        assert "there is no transfer" in str(error)


class TestProveBooks:
    def test_it_counts_the_rent_too(
        self, rent_paid: RentPaid, wire: Wire, an_owner: Owner
    ) -> None:
        rent_paid()
        wire.run(also=["forward", "follow"])
        proven = answer_of("prove_books")
        Payment.objects.update(forwarded_at=None)

        with pytest.raises(SystemExit):
            said("prove_books")

        assert proven == {"proven": True, "breaks": []}


class TestDeliveries:
    def test_the_result_of_a_payout_of_rent_wakes_the_follower(
        self, rent_paid: RentPaid, wire: Wire, monkeypatch: pytest.MonkeyPatch,
        collecting: Shortcode,
    ) -> None:  # fmt: skip
        hints: list[str] = []
        monkeypatch.setattr("config.deliveries.jobs.after_commit", hints.append)
        wages = Instruction(client_reference="PAY-1", msisdn="254700100001", amount="1250")
        instruct(
            partner_id=collecting.partner_id, instruction=wages, origin="test", actor="test",
            at=wire.clock(),
        )  # fmt: skip
        wire.run()
        without_rent = list(hints)

        rent_paid()
        wire.run(also=["forward"])

        assert "follow" not in without_rent
        assert "follow" in hints
