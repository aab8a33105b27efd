"""A payout to a business from its instruction to its end, through every fault of the rail."""

import pytest

from core.models import Alert
from disbursements.models import AttemptOutcome, DisbursementRequest
from disbursements.operations.instruct import BadInstruction, ConflictingReplay
from disbursements.operations.prove_books import breaks
from disbursements.operations.send import send_due
from gateways.simulator import Simulator
from ledger import chart
from ledger.queries import balances
from tests.disbursements.businesses.conftest import (
    SEND_PATH,
    STATUS_PATH,
    PayBusiness,
    latest,
    seen,
)
from tests.wire import UNLISTED, Wire


def moved_once(simulator: Simulator, shillings: int = 9_500) -> bool:
    return [(move.rail, move.amount) for move in simulator.book.moves] == [("b2b", shillings)]


class TestPaid:
    def test_the_provider_pays_once_and_we_know_it(
        self, pay_business: PayBusiness, wire: Wire, simulator: Simulator
    ) -> None:
        row = pay_business()

        wire.run()

        [move] = simulator.book.moves
        assert (seen(row).status, row.receipt) == ("completed", move.receipt)
        assert (move.msisdn, move.account, move.amount) == ("600222", "PROP001", 9_500)
        assert latest(row).originator_id == move.originator_conversation_id
        assert list(breaks()) == []

    def test_the_money_leaves_the_working_account_of_the_books(
        self, pay_business: PayBusiness, wire: Wire
    ) -> None:
        pay_business()

        wire.run()

        held = {each.code: each.balance_minor for each in balances()}
        assert held[chart.working("600111", "KES").code] == -950_000
        assert held[chart.reserved("600111", "KES").code] == 0

    def test_a_till_is_paid_without_an_account(
        self, pay_business: PayBusiness, wire: Wire, simulator: Simulator
    ) -> None:
        row = pay_business("512345", account="", receiver_kind="till")

        wire.run()

        assert (seen(row).status, row.command_id) == ("completed", "BusinessBuyGoods")
        assert moved_once(simulator)

    def test_the_same_instruction_again_is_the_same_payout(
        self, pay_business: PayBusiness, wire: Wire, simulator: Simulator
    ) -> None:
        first = pay_business()

        again = pay_business()
        wire.run()

        assert again.pk == first.pk
        assert moved_once(simulator)

    def test_another_account_under_the_same_reference_is_a_conflict(
        self, pay_business: PayBusiness
    ) -> None:
        pay_business(reference="RENT-1")

        with pytest.raises(ConflictingReplay):
            pay_business(reference="RENT-1", account="PROP002")

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [
            ({"receiver": "12"}, "receiver_number"),
            ({"account": ""}, "account_reference"),
            ({"account": "ACCOUNT-TOO-LONG"}, "account_reference"),
            ({"account": "A<B"}, "account_reference"),
            ({"receiver_kind": "till"}, "account_reference"),
            ({"receiver_kind": "bank"}, "receiver_kind"),
            ({"amount": "95.50"}, "amount"),
        ],
    )
    def test_a_wrong_field_is_named(
        self, pay_business: PayBusiness, wrong: dict[str, str], field: str
    ) -> None:
        with pytest.raises(BadInstruction) as caught:
            pay_business(**wrong)

        assert [each.field for each in caught.value.problems] == [field]
        assert not DisbursementRequest.objects.exists()


class TestLostAcknowledgement:
    def test_a_result_on_the_paths_secret_is_believed_once_a_query_agrees(
        self, pay_business: PayBusiness, wire: Wire, simulator: Simulator
    ) -> None:
        row = pay_business("799301")

        wire.run()

        assert seen(row).status == "completed"
        assert (latest(row).ids_adopted, wire.paths.count(SEND_PATH)) == (True, 1)
        assert STATUS_PATH in wire.paths
        assert moved_once(simulator)

    @pytest.mark.parametrize(("receiver", "moves"), [("799301", 1), ("799302", 0)])
    def test_without_a_result_a_person_must_tell_and_nothing_is_sent_or_asked(
        self, pay_business: PayBusiness, wire: Wire, simulator: Simulator, receiver: str,
        moves: int,
    ) -> None:  # fmt: skip
        row = pay_business(receiver)
        send_due()
        wire.clock.forward(seconds=10)
        wire.drop()

        wire.run(hours=100)

        assert (seen(row).status, row.ask_at) == ("unknown", None)
        assert row.person_needed_at is not None
        assert (wire.paths.count(SEND_PATH), wire.paths.count(STATUS_PATH)) == (1, 0)
        assert len(simulator.book.moves) == moves
        assert Alert.objects.filter(kind="outcome_unknown", severity="critical").exists()

    def test_a_failure_under_adopted_ids_is_left_to_a_person(
        self, pay_business: PayBusiness, wire: Wire, simulator: Simulator
    ) -> None:
        row = pay_business("799301")
        simulator.world.wallets.of("600111").working = 0

        wire.run(hours=100)

        assert (seen(row).status, latest(row).outcome) == ("unknown", AttemptOutcome.OPEN)
        assert row.person_needed_at is not None
        assert wire.paths.count(SEND_PATH) == 1
        assert simulator.book.moves == []


class TestReports:
    @pytest.mark.parametrize(
        "receiver",
        ["799201", "799202", "799203", "799204", "799211", "799215", "799303", "799401"],
    )
    def test_lost_late_early_or_repeated_it_is_paid_once(
        self, pay_business: PayBusiness, wire: Wire, simulator: Simulator, receiver: str
    ) -> None:
        row = pay_business(receiver)

        wire.run(hours=100)

        assert seen(row).status == "completed"
        assert (moved_once(simulator), list(breaks())) == (True, [])

    def test_a_wrong_receiver_waits_for_a_person_once_it_is_proven(
        self, pay_business: PayBusiness, wire: Wire, simulator: Simulator
    ) -> None:
        row = pay_business("512345")

        wire.run()

        assert (seen(row).status, row.failure_code) == ("parked", "SFC_IC0003")
        assert latest(row).outcome == AttemptOutcome.NOT_PAID
        assert simulator.book.moves == []

    def test_a_short_working_account_stops_only_this_payout(
        self, pay_business: PayBusiness, wire: Wire, pay: object, simulator: Simulator
    ) -> None:
        simulator.world.wallets.of("600111").working = 10
        row, person = pay_business(), pay("00001")  # type: ignore[operator]

        wire.run()

        assert (seen(row).status, row.failure_code) == ("parked", "1")
        assert seen(person).status == "completed"

    def test_what_passes_is_tried_again_with_its_proof(
        self, pay_business: PayBusiness, wire: Wire, simulator: Simulator
    ) -> None:
        row = pay_business("799101")

        wire.run()

        assert (seen(row).status, row.attempts_made) == ("completed", 2)
        assert moved_once(simulator)

    def test_a_result_with_other_ids_settles_nothing(
        self, pay_business: PayBusiness, wire: Wire, simulator: Simulator
    ) -> None:
        row = pay_business()
        send_due()
        wire.clock.forward(seconds=10)
        [callback] = simulator.due_callbacks(wire.clock())
        forged = callback.body.replace(latest(row).originator_id.encode(), b"10816-1-1")

        wire.post_body(url=callback.url, body=forged)
        wire.run()

        assert Alert.objects.filter(kind="report_does_not_fit").exists()
        assert (seen(row).status, moved_once(simulator)) == ("completed", True)
        assert STATUS_PATH in wire.paths

    def test_a_result_from_elsewhere_needs_a_query(
        self, pay_business: PayBusiness, wire: Wire, simulator: Simulator
    ) -> None:
        row = pay_business()
        send_due()
        wire.clock.forward(seconds=10)
        [callback] = simulator.due_callbacks(wire.clock())

        wire.post(callback, source=UNLISTED)
        wire.run()

        assert (seen(row).status, STATUS_PATH in wire.paths) == ("completed", True)
