"""The clock: one reader, which can stand still and run faster."""

from datetime import UTC, datetime, timedelta
from threading import Event

import pytest

from core import clock

LONG_S = 3_600


class TestNow:
    def test_it_is_in_utc(self):
        assert clock.now().tzinfo is UTC

    def test_it_stands_still_where_it_is_told_to(self, noon):
        with clock.reading_from(lambda: noon):
            assert (clock.now(), clock.database_now()) == (noon, noon)

        assert clock.now() != noon

    def test_the_innermost_source_counts(self, noon):
        later = noon + timedelta(hours=1)

        with clock.reading_from(lambda: noon):
            with clock.reading_from(lambda: later):
                assert clock.now() == later
            assert clock.now() == noon

    def test_the_source_is_left_after_an_error(self, noon):
        with pytest.raises(ZeroDivisionError), clock.reading_from(lambda: noon):
            raise ZeroDivisionError

        assert clock.now() > datetime(2020, 1, 1, tzinfo=UTC)
        assert clock.now() != noon

    @pytest.mark.django_db
    def test_the_databases_moment_goes_on_inside_a_transaction(self):
        first, second = clock.database_now(), clock.database_now()

        assert second > first
        assert first.utcoffset() == timedelta(0)


class TestWaits:
    @pytest.mark.parametrize(("scale", "seconds"), [(1, 300), (60, 5), (0.5, 600)])
    def test_policy_waits_follow_the_time_scale(self, settings, scale, seconds):
        settings.VAULT_TIME_SCALE = scale

        assert clock.minutes(5) == timedelta(seconds=seconds)
        assert clock.scaled(timedelta(minutes=5)) == timedelta(seconds=seconds)

    def test_a_standing_clock_does_not_sleep(self, noon):
        before_s = clock.stopwatch_s()

        with clock.reading_from(lambda: noon):
            assert clock.wait(seconds=LONG_S) is False

        assert clock.stopwatch_s() - before_s < LONG_S

    def test_an_event_ends_the_wait(self):
        stop = Event()
        stop.set()

        assert clock.wait(seconds=LONG_S, unless=stop) is True

    def test_a_wait_of_less_than_nothing_is_none(self):
        assert clock.wait(seconds=-1) is False
        assert clock.wait(seconds=-1, unless=Event()) is False
