"""When rent is due to be forwarded: Nairobi's days, month ends, leap years, the very slot."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.clock import NAIROBI
from vault.rules.forward_schedule import Plan, in_words, next_moment
from vault.rules.receivers import Receiver

TILL = Receiver(paid_to="till", receiver_number="600222")


def plan(when: str, **more: object) -> Plan:
    return Plan(receiver=TILL, when=when, **more)  # type: ignore[arg-type]


def nairobi(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=NAIROBI)


def due(when: str, ready: str, **more: object) -> str:
    """When it is due, as Nairobi's clock says it."""
    moment = next_moment(plan(when, **more), ready_at=nairobi(ready).astimezone(UTC))
    assert moment is not None
    assert moment.tzinfo is UTC
    return f"{moment.astimezone(NAIROBI):%Y-%m-%d %H:%M}"


class TestAtOnceAndByHand:
    def test_at_once_is_when_it_is_ready(self) -> None:
        ready = nairobi("2026-11-21 23:59")

        assert next_moment(plan("at_once"), ready_at=ready) == ready

    def test_by_hand_and_nowhere_are_never_due(self) -> None:
        nowhere = Plan(receiver=Receiver(paid_to="nowhere"), when="daily")

        assert next_moment(plan("by_hand"), ready_at=nairobi("2026-11-21 10:00")) is None
        assert next_moment(nowhere, ready_at=nairobi("2026-11-21 10:00")) is None


class TestDaily:
    @pytest.mark.parametrize(
        ("ready", "expected"),
        [
            ("2026-11-21 08:59", "2026-11-21 09:00"),
            ("2026-11-21 09:00", "2026-11-21 09:00"),
            ("2026-11-21 09:01", "2026-11-22 09:00"),
            ("2026-12-31 23:59", "2027-01-01 09:00"),
        ],
    )
    def test_the_first_slot_at_or_after(self, ready: str, expected: str) -> None:
        assert due("daily", ready) == expected

    def test_nairobis_midnight_is_not_utcs(self) -> None:
        just_after_midnight = datetime(2026, 11, 20, 21, 30, tzinfo=UTC)

        assert due("daily", "2026-11-21 00:00", at_time=time(0)) == "2026-11-21 00:00"
        assert due("daily", "2026-11-21 00:01", at_time=time(0)) == "2026-11-22 00:00"
        moment = next_moment(plan("daily", at_time=time(1)), ready_at=just_after_midnight)
        assert moment == datetime(2026, 11, 20, 22, 0, tzinfo=UTC)


class TestWeekly:
    @pytest.mark.parametrize(
        ("ready", "weekday", "expected"),
        [
            ("2026-11-21 10:00", 5, "2026-11-28 09:00"),  # a Saturday, after its slot
            ("2026-11-21 09:00", 5, "2026-11-21 09:00"),
            ("2026-11-21 10:00", 6, "2026-11-22 09:00"),
            ("2026-11-21 10:00", 4, "2026-11-27 09:00"),
            ("2026-11-22 23:30", 0, "2026-11-23 09:00"),
        ],
    )
    def test_the_next_such_day(self, ready: str, weekday: int, expected: str) -> None:
        assert due("weekly", ready, weekday=weekday) == expected


class TestMonthly:
    @pytest.mark.parametrize(
        ("ready", "monthday", "expected"),
        [
            ("2026-11-21 10:00", 5, "2026-12-05 09:00"),
            ("2026-12-05 09:01", 5, "2027-01-05 09:00"),
            ("2026-11-30 08:00", 31, "2026-11-30 09:00"),
            ("2026-11-30 09:01", 31, "2026-12-31 09:00"),
            ("2027-01-31 09:01", 31, "2027-02-28 09:00"),
            ("2028-01-31 09:01", 31, "2028-02-29 09:00"),
            ("2028-01-31 10:00", 30, "2028-02-29 09:00"),
            ("2027-02-28 09:01", 31, "2027-03-31 09:00"),
            ("2028-02-29 09:01", 29, "2028-03-29 09:00"),
            ("2027-01-31 00:00", 1, "2027-02-01 09:00"),
        ],
    )
    def test_month_ends_and_leap_years(self, ready: str, monthday: int, expected: str) -> None:
        assert due("monthly", ready, monthday=monthday) == expected

    def test_a_payment_at_the_first_minute_of_the_month_in_nairobi(self) -> None:
        ready = datetime(2026, 11, 30, 21, 0, tzinfo=UTC)

        moment = next_moment(plan("monthly", monthday=1, at_time=time(0)), ready_at=ready)

        assert moment == ready


class TestAlways:
    @given(
        st.datetimes(datetime(2024, 1, 1), datetime(2040, 1, 1)),  # noqa: DTZ001 - zoned below
        st.sampled_from(["daily", "weekly", "monthly"]),
        st.integers(0, 6),
        st.integers(1, 31),
        st.times(),
    )
    def test_it_is_never_before_and_never_far(
        self, naive: datetime, when: str, weekday: int, monthday: int, at_time: time
    ) -> None:
        ready = naive.replace(tzinfo=UTC)

        moment = next_moment(
            plan(when, weekday=weekday, monthday=monthday, at_time=at_time), ready_at=ready
        )

        assert moment is not None
        assert ready <= moment <= ready + timedelta(days=32)

    def test_a_plan_without_its_day_is_told(self) -> None:
        with pytest.raises(ValueError, match="has no day"):
            next_moment(plan("weekly"), ready_at=nairobi("2026-11-21 10:00"))


class TestWords:
    def test_plans_in_words(self) -> None:
        assert in_words(plan("weekly", weekday=4)) == "every Friday at 09:00"
        assert in_words(plan("monthly", monthday=31)) == "every month, the last day at 09:00"
        assert in_words(plan("at_once", hold_hours=24)) == "at once, held for 24 h"
        assert in_words(plan("daily", at_time=time(17, 30))) == "every day at 17:30"
        assert in_words(plan("by_hand")) == "only by hand"
