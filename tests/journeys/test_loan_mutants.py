"""Hard times bring planted bugs to light, and find nothing where there is none."""

from collections.abc import Iterator

import pytest

from tests.journeys.killing import in_a_fixed_order
from tests.journeys.lending_hard_times import befall
from tests.journeys.lending_season import LoanSeason
from tests.journeys.loan_mutants import MUTANTS
from tests.wire import Wire

FOUND = {
    "pays_on_an_old_look": "which was not so",
    "one_look_for_ever": "which was not so",
    "pays_gross": "which was not so",
    "books_net": "approved were",
    "believes_200": "is called booked|is not booked",
    "repeats_without_a_look": "booked 2 times|again and again",
    "one_key_for_all": "booked",
    "pays_what_is_approved_again": "was paid 2 times",
}


@pytest.fixture
def season(wire: Wire) -> Iterator[LoanSeason]:
    with in_a_fixed_order():
        yield LoanSeason(wire=wire, count=0, seed=1)


class TestHardTimes:
    def test_each_loan_is_paid_and_booked_once(self, season: LoanSeason) -> None:
        befall(season)

    @pytest.mark.parametrize("name", MUTANTS)
    def test_a_planted_bug_is_found(self, season: LoanSeason, name: str) -> None:
        with MUTANTS[name](), pytest.raises(Exception, match=FOUND[name]):
            befall(season)
