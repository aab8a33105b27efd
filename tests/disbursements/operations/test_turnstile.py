"""Calls that come late leave no faster than the account takes them."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest

from core import clock
from disbursements.operations.turnstile import WINDOW_S, Turnstile

LIMIT = 25
NUMBER = "STRIPE"


class Stopwatch:
    """A stopwatch that only waiting moves on."""

    def __init__(self) -> None:
        self.reading_s = 100.0

    def wait(self, *, seconds: float, unless: Event | None = None) -> bool:
        self.reading_s += seconds
        return False


@pytest.fixture
def stopwatch(monkeypatch: pytest.MonkeyPatch) -> Stopwatch:
    source = Stopwatch()
    monkeypatch.setattr(clock, "stopwatch_s", lambda: source.reading_s)
    monkeypatch.setattr(clock, "wait", source.wait)
    return source


def left(stopwatch: Stopwatch, turnstile: Turnstile, **more: Any) -> float:
    turnstile.pass_by(NUMBER, per_second=more.get("per_second", LIMIT))
    return stopwatch.reading_s


class TestTurnstile:
    def test_of_what_is_late_no_more_than_the_limit_leaves_in_any_second(
        self, stopwatch: Stopwatch
    ) -> None:
        turnstile = Turnstile()

        moments = [left(stopwatch, turnstile) for _ in range(10 * LIMIT)]

        later = zip(moments, moments[LIMIT:], strict=False)
        assert min(after - before for before, after in later) == pytest.approx(WINDOW_S)
        assert moments[-1] - moments[0] == pytest.approx(9 * WINDOW_S)

    def test_what_comes_in_its_time_never_waits(self, stopwatch: Stopwatch) -> None:
        turnstile, waited_s = Turnstile(), 0.0

        for _ in range(5 * LIMIT):
            stopwatch.reading_s += WINDOW_S / LIMIT
            before = stopwatch.reading_s
            waited_s += left(stopwatch, turnstile) - before

        assert waited_s == pytest.approx(0)

    def test_accounts_do_not_wait_for_each_other(self, stopwatch: Stopwatch) -> None:
        turnstile = Turnstile()
        for _ in range(LIMIT):
            left(stopwatch, turnstile)

        turnstile.pass_by("OTHER", per_second=1)

        assert stopwatch.reading_s == 100.0

    def test_a_new_limit_counts_from_the_next_call_on(self, stopwatch: Stopwatch) -> None:
        turnstile = Turnstile()
        for _ in range(LIMIT):
            left(stopwatch, turnstile)

        moment = left(stopwatch, turnstile, per_second=5)

        assert moment == pytest.approx(100.0 + WINDOW_S)

    def test_threads_pass_one_after_the_other(self, stopwatch: Stopwatch) -> None:
        turnstile = Turnstile()

        with ThreadPoolExecutor(32) as threads:
            moments = sorted(threads.map(lambda _: left(stopwatch, turnstile), range(3 * LIMIT)))

        assert moments[-1] == pytest.approx(100.0 + 2 * WINDOW_S)
