"""Loans of two lenders through everything: each is paid once and booked once."""

import os

import pytest

from loans.models import LoanTracking
from tests.journeys.killing import in_a_fixed_order
from tests.journeys.lending_plot import end, everybody_once, play
from tests.journeys.lending_season import LoanSeason
from tests.wire import Wire

COUNT = 20
SEEDS = range(1, int(os.environ.get("VAULT_SEASONS", "1")) + 1)
MET = (
    "came to held", "came to failed", "came to disbursed", "came to unknown", "came to refused",
    "came to waits_for_checker", "came to booked", "came to undone", "undone", "released",
    "retried", "booked again",
)  # fmt: skip


class TestSeason:
    @pytest.mark.slow
    @pytest.mark.parametrize("seed", SEEDS)
    def test_each_loan_is_paid_once_and_booked_once_whatever_happens(
        self, wire: Wire, seed: int, capsys: pytest.CaptureFixture[str]
    ) -> None:
        season = LoanSeason(wire=wire, count=COUNT, seed=seed)

        with in_a_fixed_order():
            play(season)
            end(season)

        season.count_statuses("LoanTracking")
        season.count_statuses("LoanBooking")
        with capsys.disabled():
            met = sorted(season.events.items())
            print(f"\nloans {seed}: " + ", ".join(f"{name} {times}" for name, times in met))
        everybody_once(season)
        assert LoanTracking.objects.count() == 2 * COUNT
        assert not [name for name in MET if not season.events[name]]
