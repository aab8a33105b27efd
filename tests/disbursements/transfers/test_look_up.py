"""Finding out what became of a transfer: under the same key, by looking, with proof or without."""

from datetime import timedelta
from typing import Any

import pytest

from disbursements import jobs
from disbursements.models import AttemptOutcome, DisbursementRequest, Proof, StatusQuestion
from disbursements.operations.pause import pause
from disbursements.operations.prove_books import breaks
from disbursements.rules.transfer_keys import SETTLING
from gateways.models import Call
from tests.disbursements.transfers.at_stripe import (
    TRANSFERS,
    goes_wrong,
    keys,
    made_by_hand,
    taken_back,
    told,
)
from tests.disbursements.transfers.conftest import reread
from tests.striping import paid_twice, transfers
from tests.winners import attempts
from tests.wire import MovedClock, Wire

PAID_UNHEARD = ("transfer_lost", "transfer_hang", "transfer_slow", "transfer_cut")


class TestWhatWasPaid:
    @pytest.mark.parametrize("fault", PAID_UNHEARD)
    def test_it_is_found_and_completed_without_another_send(
        self, wire: Wire, unclear: Any, ask: Any, fault: str
    ) -> None:
        row = unclear(fault)

        row = ask(row)

        [made] = transfers(wire)
        assert (row.status, row.receipt) == ("completed", made["id"])
        assert attempts(row)[0].outcome == AttemptOutcome.PAID
        assert wire.paths == [TRANSFERS]
        assert list(breaks()) == []

    def test_the_question_and_its_answer_are_on_record(
        self, unclear: Any, ask: Any, moved: MovedClock
    ) -> None:
        row = ask(unclear("transfer_lost"))

        question = StatusQuestion.objects.get()
        told = (question.state, question.answered_at, question.text)
        assert told == ("completed", moved(), row.receipt)
        assert Call.objects.filter(subject_id=str(row.pk), kind="status").count() == 1

    def test_a_500_that_paid_all_the_same_is_found(
        self, wire: Wire, unclear: Any, ask: Any
    ) -> None:
        row = ask(unclear("transfer_error_paid"))

        assert (row.status, len(transfers(wire))) == ("completed", 1)

    def test_what_stripe_does_later_after_a_500_is_found_then(
        self, wire: Wire, unclear: Any, ask: Any, moved: MovedClock
    ) -> None:
        row = unclear("transfer_error_later")
        moved.forward(minutes=2)
        wire.simulator.next_moment()
        wire.deliver()

        row = ask(row)

        assert (row.status, len(transfers(wire)), paid_twice(wire)) == ("completed", 1, [])

    def test_what_came_back_meanwhile_is_noted_as_well(
        self, wire: Wire, unclear: Any, ask: Any
    ) -> None:
        row = unclear("transfer_lost")
        [made] = transfers(wire)
        taken_back(wire, made["id"], 400)

        row = ask(row)

        assert (row.status, row.returned_minor) == ("completed", 400)
        assert list(breaks()) == []


class TestWithinADay:
    def test_what_is_not_found_is_sent_again_under_the_same_key(
        self, wire: Wire, unclear: Any, ask: Any
    ) -> None:
        row = unclear("transfer_drop")

        row = ask(row)

        assert (row.status, len(transfers(wire))) == ("completed", 1)
        assert keys(wire) == {f"payout:{row.pk}"}
        assert row.attempts_made == 1

    def test_a_list_that_is_behind_hides_nothing(self, wire: Wire, unclear: Any, ask: Any) -> None:
        row = unclear("transfer_lost")
        goes_wrong(wire, "transfer_list_lag")
        DisbursementRequest.objects.filter(pk=row.pk).update(ask_at=row.created_at)

        row = ask(row)

        assert wire.paths == [TRANSFERS, TRANSFERS]
        assert (row.status, len(transfers(wire)), paid_twice(wire)) == ("completed", 1, [])

    def test_only_a_replayed_refusal_is_proof(self, wire: Wire, unclear: Any, ask: Any) -> None:
        row = unclear("transfer_drop")
        wire.simulator.stripe.state.balances["usd"] = 0

        first = ask(row)
        second = ask(row)

        assert (first.status, second.status) == ("unknown", "parked")
        assert attempts(row)[0].proof == Proof.REFUSED
        assert second.parked_cause == "stripe:balance_insufficient:STRIPE"

    def test_a_500_under_a_key_stays_a_500_and_proves_nothing(
        self, wire: Wire, unclear: Any, ask: Any, moved: MovedClock
    ) -> None:
        row = unclear("transfer_error")
        began_at = moved()

        while moved() - began_at < timedelta(hours=22):
            row = ask(row)
            assert row.status == "unknown"

        assert (len(transfers(wire)), keys(wire)) == (0, {f"payout:{row.pk}"})
        assert attempts(row)[0].outcome == AttemptOutcome.OPEN

    @pytest.mark.parametrize("fault", ["transfer_conflict", "transfer_too_many",
                                       "transfer_locked", "transfer_dependency"])  # fmt: skip
    def test_no_other_answer_is_proof_while_the_first_is_open(
        self, wire: Wire, unclear: Any, ask: Any, fault: str
    ) -> None:
        row = unclear("transfer_drop", fault)

        row = ask(row)

        if not transfers(wire):
            assert row.status == "unknown"
        assert attempts(row)[0].proof == ""
        assert paid_twice(wire) == []

    def test_a_pause_lets_it_look_but_not_send(
        self, wire: Wire, unclear: Any, ask: Any, moved: MovedClock
    ) -> None:
        row = unclear("transfer_drop")
        pause(scope="everything", reason="an audit is on", actor="amina", at=moved())

        row = ask(row)

        assert (row.status, wire.paths, transfers(wire)) == ("unknown", [TRANSFERS], [])


class TestAfterADay:
    def test_it_is_only_looked_up(
        self, wire: Wire, unclear: Any, ask: Any, moved: MovedClock
    ) -> None:
        row = unclear("transfer_drop")

        row = ask(row, hours=23)

        assert (row.status, wire.paths, transfers(wire)) == ("unknown", [TRANSFERS], [])
        assert row.ask_at == moved() + SETTLING

    def test_two_looks_that_find_nothing_are_proof_and_the_next_key_pays_once(
        self, wire: Wire, unclear: Any, ask: Any, moved: MovedClock
    ) -> None:
        row = unclear("transfer_drop")
        ask(row, hours=23)

        row = ask(row)

        assert row.status == "retrying"
        assert attempts(row)[0].proof == Proof.NOT_FOUND_TWICE
        wire.run()
        row = reread(row)
        assert (row.status, len(transfers(wire)), row.attempts_made) == ("completed", 1, 2)
        assert keys(wire) == {f"payout:{row.pk}:2"}
        assert list(breaks()) == []

    def test_two_looks_too_near_to_each_other_are_none(
        self, unclear: Any, ask: Any, moved: MovedClock
    ) -> None:
        row = unclear("transfer_drop")
        ask(row, hours=23)
        DisbursementRequest.objects.filter(pk=row.pk).update(ask_at=moved())
        moved.forward(minutes=14)

        jobs.ask()

        assert attempts(row)[0].outcome == AttemptOutcome.OPEN

    def test_a_look_soon_after_the_last_send_counts_for_nothing(
        self, wire: Wire, unclear: Any, ask: Any, moved: MovedClock
    ) -> None:
        row = unclear("transfer_error")
        ask(row, hours=22.9)
        assert wire.paths.count(TRANSFERS) == 2
        DisbursementRequest.objects.filter(pk=row.pk).update(ask_at=moved())
        moved.forward(minutes=10)
        jobs.ask()
        DisbursementRequest.objects.filter(pk=row.pk).update(ask_at=moved())
        moved.forward(minutes=16)
        jobs.ask()

        assert attempts(row)[0].outcome == AttemptOutcome.OPEN

    def test_a_question_that_died_may_have_sent_it(
        self, unclear: Any, ask: Any, moved: MovedClock
    ) -> None:
        row = unclear("transfer_drop")
        moved.forward(hours=22, minutes=55)
        StatusQuestion.objects.create(
            attempt=attempts(row)[0], secret_digest=bytes(32), asked_at=moved()
        )
        for minutes in (6, 16):
            moved.forward(minutes=minutes)
            DisbursementRequest.objects.filter(pk=row.pk).update(ask_at=moved())
            jobs.ask()

        assert attempts(row)[0].outcome == AttemptOutcome.OPEN

    def test_what_turns_up_after_the_proof_stops_the_next_send(
        self, wire: Wire, unclear: Any, ask: Any
    ) -> None:
        row = unclear("transfer_drop")
        ask(row, hours=23)
        row = ask(row)
        made = made_by_hand(wire, row, at_s=int(row.created_at.timestamp()))

        told(wire, "transfer.created", made)

        row = reread(row)
        assert row.status == "unknown"
        wire.run()
        row = reread(row)
        assert (row.status, row.receipt, len(transfers(wire))) == ("completed", made["id"], 1)
        assert list(breaks()) == []
