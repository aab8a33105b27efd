"""8. Every change of status is one Step, in the same transaction; steps are append-only."""

from itertools import pairwise
from typing import Any

import pytest
from django.db import connection, transaction

from config.schedules import SWEEPS
from core.models import Step
from core.states import advance
from disbursements.models import DisbursementRequest
from gateways.simulator import Simulator
from tests.wire import MovedClock, Wire


class TestEveryChange:
    def test_the_steps_of_each_payout_lead_to_where_it_is(
        self, wire: Wire, simulator: Simulator, pay: Any, books: Any
    ) -> None:
        simulator.change_faults("worst", seed=5)
        rows = [pay(f"1{number:04d}") for number in range(20)]

        wire.run(hours=100)

        for row in rows:
            row.refresh_from_db()
            steps = list(Step.objects.filter(subject_id=str(row.pk)).order_by("id"))
            assert (steps[0].from_status, steps[0].to_status) == ("", "queued")
            assert all(one.to_status == next_.from_status for one, next_ in pairwise(steps))
            assert steps[-1].to_status == row.status
            assert all(step.because and step.actor for step in steps)
        assert books.differences() == []

    def test_a_change_that_is_rolled_back_leaves_no_step(
        self, sent: Any, moved: MovedClock
    ) -> None:
        row = sent()
        before = Step.objects.count()

        def advance_and_fail() -> None:
            with transaction.atomic():
                advance(row, to="unknown", at=moved(), because="x", actor="test")
                raise RuntimeError

        with pytest.raises(RuntimeError):
            advance_and_fail()

        row.refresh_from_db()
        assert (row.status, Step.objects.count()) == ("accepted", before)


class TestTamperEvident:
    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE core_step SET because = 'nothing happened'",
            "DELETE FROM core_step",
            "UPDATE core_stepseal SET digest = 'x'",
            "DELETE FROM core_stepseal",
        ],
    )
    def test_steps_and_seals_cannot_be_changed(self, sent: Any, statement: str) -> None:
        sent()
        SWEEPS["seal"].run()

        with pytest.raises(Exception, match="Cannot update or delete"):
            self.run(statement)

    @staticmethod
    def run(statement: str) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)

    def test_what_was_changed_behind_its_back_is_found(self, sent: Any) -> None:
        from core.seal import verify_steps

        sent()
        SWEEPS["seal"].run()
        good = verify_steps()
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute("UPDATE core_step SET because = 'x' WHERE to_status = 'sending'")

        assert good.ok
        assert not verify_steps().ok
        assert DisbursementRequest.objects.count() == 1
