"""Hard times bring planted bugs to light, and find nothing where there is none."""

from collections.abc import Iterator

import pytest

from tests.journeys.hard_times import Silent, befall
from tests.journeys.killing import in_a_fixed_order
from tests.journeys.payout_mutants import MUTANTS
from tests.wire import Wire
from vault.models import Partner

FOUND = {
    "retry_on_timeout_with_a_new_key": "paid 2 times",
    "one_key_for_ever": "not paid soon after the top-up",
    "send_again_without_a_look": "paid 2 times",
    "release_without_proof": "hold",
    "conflict_is_failure": "paid 2 times",
    "woken_too_early": "again and again",
    "tried_before_it_may_receive": "the account cannot receive",
}


@pytest.fixture
def season(wire: Wire, a_partner: Partner) -> Iterator[Silent]:
    with in_a_fixed_order():
        yield Silent(wire=wire, partner=a_partner, counts={}, seed=1)


class TestHardTimes:
    def test_everybody_is_paid_once(self, season: Silent) -> None:
        befall(season)

    @pytest.mark.parametrize("name", MUTANTS)
    def test_a_planted_bug_is_found(self, season: Silent, name: str) -> None:
        with MUTANTS[name](), pytest.raises(Exception, match=FOUND[name]):
            befall(season)
