"""Tallies are written by triggers, folded by a job, and always say what the rows say."""

import random
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from config.schedules import SWEEPS
from disbursements.models import CodeTally, DisbursementRequest, Tally
from disbursements.operations.tallies import fold, misfits, recount
from disbursements.queries import statistics
from tests.wire import MovedClock, Wire

SCRIPTED = ["00001", "99003", "99015", "99017", "99018", "99101", "99201", "99304", "99404"]


def live_on(wire: Wire, *, minutes: list[int]) -> None:
    """Let everything happen that is due, then again after each of these waits."""
    for wait in minutes:
        wire.deliver()
        for name in ("deliver", "recover", "send", "retry", "ask"):
            SWEEPS[name].run()
        wire.clock.forward(minutes=wait)


def counted(wire: Wire) -> dict[str, int]:
    """Payouts per status, as the statistics say."""
    day = wire.clock().date()
    overview = statistics.overview(
        partners=None, first_day=day - timedelta(days=9), last_day=day + timedelta(days=9)
    )
    return {line.status: line.count for line in overview.money}


def standing() -> dict[str, int]:
    """Payouts per status, counted one by one."""
    counts: dict[str, int] = {}
    for status in DisbursementRequest.objects.values_list("status", flat=True):
        counts[status] = counts.get(status, 0) + 1
    return counts


class TestTallies:
    @pytest.mark.parametrize("seed", [1, 2])
    def test_they_equal_the_rows_through_random_lives(
        self, wire: Wire, pay: Any, seed: int
    ) -> None:
        chosen = random.Random(seed)  # noqa: S311 - a drawn life, no secret
        for digits in chosen.sample(SCRIPTED, 6):
            pay(digits, amount=str(chosen.randint(10, 5_000)))

            live_on(wire, minutes=[chosen.choice([1, 3, 16, 60, 700]) for _ in range(8)])
            if chosen.random() < 0.5:
                fold()

            assert list(misfits()) == []
            assert counted(wire) == standing()

    def test_folding_leaves_one_row_of_each_key_and_the_same_figures(
        self, wire: Wire, pay: Any
    ) -> None:
        for digits in SCRIPTED[:4]:
            pay(digits)
        wire.run(hours=100)
        before = counted(wire), {line.code: line.count for line in statistics.code_sightings()}

        fold()

        assert not Tally.objects.filter(is_folded=False).exists()
        assert not CodeTally.objects.filter(is_folded=False).exists()
        keys = Tally.objects.values_list(
            "day", "status", "failure_code", "parked_cause", "is_retried", "paid_within"
        )
        assert len(set(keys)) == len(keys)
        assert not Tally.objects.filter(count=0).exists()
        after = counted(wire), {line.code: line.count for line in statistics.code_sightings()}
        assert after == before

    def test_a_change_of_nothing_that_is_counted_writes_nothing(self, pay: Any) -> None:
        row = pay()
        fold()

        DisbursementRequest.objects.filter(pk=row.pk).update(retry_reason="looked at")

        assert not Tally.objects.filter(is_folded=False).exists()

    def test_many_folding_at_once_count_everything_once(
        self, pay: Any, together: Any, wire: Wire
    ) -> None:
        for number in range(20):
            pay(f"{number:05d}")

        folded = together(*[fold] * 6)

        assert all(isinstance(count, int) for count in folded)
        assert list(misfits()) == []
        assert counted(wire) == {"queued": 20}

    def test_instructing_and_folding_at_once_loses_nothing(
        self, pay: Any, together: Any, wire: Wire
    ) -> None:
        calls = [lambda n=number: pay(f"{n:05d}") for number in range(8)]

        together(*calls, fold, fold)

        assert list(misfits()) == []
        assert counted(wire) == {"queued": 8}


class TestRecount:
    def test_what_was_written_past_the_triggers_is_told_and_mended(
        self, pay: Any, wire: Wire, moved: MovedClock
    ) -> None:
        row = pay()
        with connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")
            cursor.execute(
                "UPDATE disbursement_requests SET failure_code = '2006' WHERE id = %s", [row.pk]
            )
            cursor.execute("SET session_replication_role = DEFAULT")
        told = list(misfits())

        corrected = recount()

        assert len(told) == 2
        assert corrected == 2
        assert list(misfits()) == []
        assert recount() == 0
