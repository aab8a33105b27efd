"""5, 15, 45, 135 minutes, 00:05 in Nairobi, park or give up: the policy as a table."""

from datetime import UTC, datetime, timedelta

import pytest

from disbursements.rules.retry_policy import (
    GIVE_UP,
    NEXT_DAY_TRIES_MAX,
    PARK,
    RETRY,
    backoff,
    decide,
    unsent_wait,
    until_next_day,
)

NOON = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


def decided(next_step: str, *, used: int = 0, limit: int = 3, days: int = 0) -> tuple[str, float]:
    decision = decide(
        next_step=next_step, retries_used=used, retries_max=limit, next_day_tries=days, at=NOON
    )
    return decision.status, decision.wait.total_seconds() / 60


class TestBackoff:
    @pytest.mark.parametrize(
        ("used", "minutes"),
        [(0, 5), (1, 15), (2, 45), (3, 135), (4, 135), (9, 135), (10_000, 135)],
    )
    def test_it_grows_threefold_to_its_cap(self, used: int, minutes: int) -> None:
        assert backoff(used) == timedelta(minutes=minutes)


class TestDecide:
    @pytest.mark.parametrize(
        ("next_step", "used", "limit", "days", "expected"),
        [
            ("backoff", 0, 3, 0, (RETRY, 5)),
            ("backoff", 1, 3, 0, (RETRY, 15)),
            ("backoff", 2, 3, 0, (RETRY, 45)),
            ("backoff", 3, 3, 0, (GIVE_UP, 0)),
            ("backoff", 3, 4, 0, (RETRY, 135)),
            ("backoff", 0, 0, 0, (GIVE_UP, 0)),
            ("ask", 0, 3, 0, (RETRY, 5)),
            ("ask", 3, 3, 0, (GIVE_UP, 0)),
            ("never", 0, 3, 0, (GIVE_UP, 0)),
            ("operator", 0, 3, 0, (PARK, 0)),
            ("operator", 3, 3, 0, (PARK, 0)),
            ("next_day", 0, 3, 0, (RETRY, 725)),
            ("next_day", 3, 3, 0, (GIVE_UP, 0)),
            ("next_day", 3, 9, NEXT_DAY_TRIES_MAX - 1, (RETRY, 725)),
            ("next_day", 3, 9, NEXT_DAY_TRIES_MAX, (GIVE_UP, 0)),
        ],
    )
    def test_it_follows_the_table(
        self, next_step: str, used: int, limit: int, days: int, expected: tuple[str, float]
    ) -> None:
        assert decided(next_step, used=used, limit=limit, days=days) == expected


class TestNextDay:
    @pytest.mark.parametrize(
        ("nairobi", "expected"),
        [
            ("2026-11-21T12:00:00+03:00", "2026-11-22T00:05:00+03:00"),
            ("2026-11-21T23:59:59+03:00", "2026-11-22T00:05:00+03:00"),
            ("2026-11-22T00:00:00+03:00", "2026-11-22T00:05:00+03:00"),
            ("2026-11-22T00:04:59+03:00", "2026-11-22T00:05:00+03:00"),
            ("2026-11-22T00:05:00+03:00", "2026-11-23T00:05:00+03:00"),
            ("2026-11-21T21:30:00+00:00", "2026-11-23T00:05:00+03:00"),
            ("2026-11-21T20:59:00+00:00", "2026-11-22T00:05:00+03:00"),
            ("2026-12-31T23:30:00+03:00", "2027-01-01T00:05:00+03:00"),
        ],
    )
    def test_it_is_five_past_midnight_in_nairobi(self, nairobi: str, expected: str) -> None:
        at = datetime.fromisoformat(nairobi)

        assert at + until_next_day(at) == datetime.fromisoformat(expected)


class TestUnsentWait:
    @pytest.mark.parametrize(
        ("tries", "seconds"), [(0, 30), (1, 60), (2, 120), (4, 480), (5, 900), (900, 900)]
    )
    def test_it_doubles_to_a_quarter_of_an_hour(self, tries: int, seconds: int) -> None:
        assert unsent_wait(tries, jitter=0) == timedelta(seconds=seconds)
        assert unsent_wait(tries, jitter=1) == timedelta(seconds=seconds * 1.5)
