"""A thousand winners in three currencies through everything: each is paid exactly once."""

import os
from collections.abc import Callable, Iterator, Mapping

import pytest

from disbursements.models import DisbursementRequest, PayoutJob
from disbursements.operations.run_payouts import run_payouts
from tests.journeys.killing import in_a_fixed_order
from tests.journeys.season import Season, counting, never_met
from tests.journeys.season_book import Book
from tests.journeys.season_plot import end, given_up, play
from tests.wire import Wire
from vault.models import Partner

COUNTS = {"USD": 500, "JPY": 250, "KWD": 250}
SEEDS = range(1, int(os.environ.get("VAULT_SEASONS", "1")) + 1)
MET = ("settled again", "balance empty", "topped up", "key refused", "key rotated",
       "account came late", "may receive at last", "a day off between tries",
       "notice came 0 times", "notice came 2 times", "notices out of order",
       "came to unknown", "came to held", "came to parked", "came to retrying",
       "came to completed", "cancelled by hand")  # fmt: skip
Begin = Callable[..., Season]


@pytest.fixture
def begin(wire: Wire, a_partner: Partner) -> Iterator[Begin]:
    """A season of so many winners in each currency, drawn with a seed."""

    def a_season(counts: Mapping[str, int], *, seed: int = 1) -> Season:
        return Season(wire=wire, partner=a_partner, counts=counts, seed=seed)

    with in_a_fixed_order():
        yield a_season


class TestSeason:
    @pytest.mark.slow
    @pytest.mark.parametrize("seed", SEEDS)
    def test_each_winner_is_paid_once_whatever_happens(
        self, begin: Begin, seed: int, capsys: pytest.CaptureFixture[str]
    ) -> None:
        season = begin(COUNTS, seed=seed)
        for currency, job in season.jobs.items():
            assert season.settle(currency) == job

        with counting(season.events):
            play(season)
            Book(season).nobody_twice()
            end(season)

        season.count_statuses()
        with capsys.disabled():
            met = sorted(season.events.items())
            print(f"\nseason {seed}: " + ", ".join(f"{name} {times}" for name, times in met))
        assert not [*never_met(season.events), *(name for name in MET if not season.events[name])]
        _is_over(season)
        before = len(Book(season).transfers)
        for _ in ("a second run", "a third run"):
            season.come_to_rest()
            run_payouts()
        assert len(Book(season).transfers) == before
        _is_over(season)


def _is_over(season: Season) -> None:
    """Every job is complete, and all the books say the same."""
    book = Book(season)
    book.nobody_twice()
    book.everybody_once()
    book.ours_agrees()
    assert set(PayoutJob.objects.values_list("status", flat=True)) == {"complete"}
    ended = DisbursementRequest.objects.values_list("status", flat=True)
    statuses = {status: list(ended).count(status) for status in set(ended)}
    lost = given_up(season)
    assert statuses == {"completed": len(season.wins) - lost, "cancelled": lost}
