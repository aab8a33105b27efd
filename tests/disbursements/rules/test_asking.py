"""When to ask, when silence ends, and when "no such transaction" is proof."""

from datetime import timedelta
from itertools import pairwise

import pytest

from disbursements.rules.asking import next_confirmation, next_rung, not_found_proves


def climbed(rung: object, start: timedelta = timedelta()) -> list[float]:
    """Every rung in minutes, as if each question were asked on time."""
    ages, age = [], start
    while (following := rung(age)) is not None:  # type: ignore[operator]
        ages.append(following.total_seconds() / 60)
        age = following
    return ages


class TestLadder:
    def test_it_is_2_5_15_60_minutes_then_hourly_to_48_hours(self) -> None:
        assert climbed(next_rung) == [2, 5, 15, 60, *(60 * hour for hour in range(2, 49))]

    def test_a_late_worker_asks_once_and_goes_on_from_there(self) -> None:
        assert next_rung(timedelta(minutes=7)) == timedelta(minutes=15)
        assert next_rung(timedelta(hours=30, minutes=1)) == timedelta(hours=31)

    @pytest.mark.parametrize("hours", [48, 49, 1_000])
    def test_after_48_hours_it_is_for_a_person(self, hours: int) -> None:
        assert next_rung(timedelta(hours=hours)) is None

    def test_every_rung_is_later_than_the_age(self) -> None:
        rungs = climbed(next_rung)

        assert all(one < other for one, other in pairwise(rungs))


class TestConfirmation:
    def test_it_is_1_5_15_30_60_minutes_after_the_report(self) -> None:
        assert climbed(next_confirmation) == [1, 5, 15, 30, 60]

    def test_an_hour_of_silence_ends_it(self) -> None:
        assert next_confirmation(timedelta(minutes=60)) is None


class TestNotFound:
    @pytest.mark.parametrize(
        ("answers", "proves"),
        [
            ([], False),
            ([(15, 15)], False),
            ([(10, 10), (25, 25)], True),
            ([(25, 25), (10, 10)], True),
            ([(10, 10), (24.9, 25)], False),
            ([(10, 11), (25, 25)], False),
            ([(9.9, 12), (25, 25)], False),
            ([(9.9, 9.9), (25, 25), (39.9, 40)], False),
            ([(9.9, 9.9), (25, 25), (40, 40)], True),
            ([(10, 10), (2_880, 2_880)], True),
            ([(10, 10), (2_880, 2_881)], False),
        ],
    )
    def test_two_at_least_a_quarter_of_an_hour_apart_at_the_right_age(
        self, answers: list[tuple[float, float]], proves: bool
    ) -> None:
        ages = [(timedelta(minutes=asked), timedelta(minutes=came)) for asked, came in answers]

        assert not_found_proves(answers=ages) is proves
