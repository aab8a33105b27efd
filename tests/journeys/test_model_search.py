"""Engine and provider through random faults; two books compared after every step."""

from collections import Counter
from typing import Any

import pytest

from tests.journeys.searching import drawn_seed, examples, search

# Events that begin so, at the least in a hundred runs: a search that meets none proves nothing.
AT_LEAST = {
    "instructed": 200, "came to accepted": 60, "came to completed": 60, "came to unknown": 40,
    "came to retrying": 8, "came to rest": 8, "faults changed": 10, "killed": 40, "frozen": 10,
    "forged": 10, "letter": 8, "clock on by": 100, "broken": 3, "sweep": 40, "by hand": 40,
    "proposed": 8, "signed": 4, "corrected": 3,
}  # fmt: skip
EACH_IN_A_LONG_SEARCH = (
    "replayed", "conflict refused", "paused", "resumed", "asked by hand", "callback replayed",
    "killed after the call of send", "killed before the call of send",
    "killed after the call of ask",
    "killed at a write of send", "killed at a write of deliver", "killed at a write of ask",
    "letter lost", "letter once", "letter twice", "letter out of order", "all letters lost",
    "forged failure", "forged success", "forged wrong amount", "forged wrong secret",
    "forged reused receipt", "forged no receipt", "failure after success",
    "another receipt after success", "broken token", "broken float", "broken initiator",
    "mended", "classified", "clock on by seconds", "clock on by days", "came to failed",
    "came to parked", "came to cancelled", "by hand: retry done", "by hand: force done",
    "by hand: stop_retrying done", "by hand: cancel done", "by hand: change_limit done",
    "by hand: bring_forward done", "by hand: ask done", "killed at a write of bulk",
    "proposed rightly: paid", "proposed rightly: not_paid", "proposed wrongly: paid",
    "proposed wrongly: not_paid", "settlement rejected", "signed paid", "signed not_paid",
    "killed at a write of approving", "killed at a write of correcting", "corrected",
    "correction corrected", "correction refused", "proposal refused", "approval refused",
)  # fmt: skip
LONG_SEARCH_RUNS = 400


class TestModelSearch:
    @pytest.mark.slow
    def test_nobody_is_paid_twice_whatever_happens(
        self, engine_db: None, key_pair: Any, capsys: pytest.CaptureFixture[str]
    ) -> None:
        from_seed = drawn_seed()

        found = search(key_pair=key_pair, examples_max=examples(), from_seed=from_seed)

        with capsys.disabled():
            print(f"\nVAULT_SEARCH_SEED={from_seed}: {found.examples} runs, {found.steps} steps")
            print(", ".join(f"{event} {found.events[event]}" for event in sorted(found.events)))
        assert not scarce(found.events, runs=found.examples)


def scarce(events: Counter[str], *, runs: int) -> dict[str, int]:
    """What was met too seldom."""
    met = {
        start: sum(times for event, times in events.items() if event.startswith(start))
        for start in AT_LEAST
    }
    wanted = {start: max(1, times * runs // 100) for start, times in AT_LEAST.items()}
    few = {start: times for start, times in met.items() if times < wanted[start]}
    if runs >= LONG_SEARCH_RUNS:
        few |= {event: 0 for event in EACH_IN_A_LONG_SEARCH if not events[event]}
    return few
