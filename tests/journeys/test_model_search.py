"""Engine and provider through random faults; two books compared after every step."""

from typing import Any

import pytest

from tests.journeys.searching import drawn_seed, examples, search

# At least so often per hundred examples, or the search has not searched.
OFTEN = {
    "instructed": 200, "came to accepted": 50, "came to completed": 50, "came to unknown": 30,
    "came to retrying": 10, "came to rest": 30, "faults changed": 30,
}  # fmt: skip
SOMETIMES = (
    "replayed", "conflict refused", "paused", "resumed", "asked by hand", "callback replayed",
    "killed after the call of send", "killed before the call of send", "killed at a write of send",
    "frozen before the call", "letter lost", "letter once", "letter twice", "forged failure",
    "forged success", "forged wrong amount", "forged wrong secret", "failure after success",
    "another receipt after success", "token lost", "float emptied", "initiator locked",
    "topped up", "clock on by seconds", "clock on by days", "came to failed", "came to parked",
    "sweep ask", "sweep send", "sweep deliver",
)  # fmt: skip


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
        scarce = {
            event: found.events[event]
            for event, times in OFTEN.items()
            if found.events[event] < times * found.examples / 100
        }
        missing = [event for event in SOMETIMES if not found.events[event]]
        assert not scarce, f"met too seldom: {scarce}"
        assert not missing, f"never met: {missing}"
