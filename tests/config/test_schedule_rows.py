"""How a schedule is doing: late, failing, never ran, off, on time; trouble stands on top."""

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from config import schedules
from config.schedule_rows import ScheduleRow, State, every_row, one_row
from config.schedules import SWEEPS, Sweep, ensure_schedules, run_job
from core.admin import shown
from core.models import JobRun
from tests.wire import MovedClock


def ran(name: str, at: datetime, *, error: str = "", **more: datetime | None) -> None:
    """The latest run of one: it began then, and went well unless there is an error."""
    good_at = None if error else at
    JobRun.objects.update_or_create(
        name=name,
        defaults={"started_at": at, "ended_at": at, "succeeded_at": good_at, "error": error}
        | more,
    )


def row(name: str, at: datetime) -> ScheduleRow:
    return one_row(name, at=at)


class TestTable:
    @pytest.mark.parametrize("name", sorted(SWEEPS))
    def test_every_schedule_tells_staff_what_it_does(self, name: str) -> None:
        says = SWEEPS[name].says

        assert says.endswith(".")
        assert says[:1].isupper()
        assert 20 <= len(says) <= 160


class TestState:
    @pytest.mark.parametrize(
        ("name", "minutes", "state"),
        [
            ("send", 3, State.ON_TIME), ("send", 4, State.LATE), ("retry", 14, State.ON_TIME),
            ("retry", 16, State.LATE), ("prune", 60, State.ON_TIME),
        ],
    )  # fmt: skip
    def test_one_is_late_after_three_of_its_rhythms(
        self, engine_db: None, moved: MovedClock, name: str, minutes: int, state: State
    ) -> None:
        ran(name, moved() - timedelta(minutes=minutes))

        assert row(name, moved()).state is state
        assert row(name, moved()).is_overdue is (state is State.LATE)

    def test_one_failure_is_amber_and_no_success_for_long_is_red(
        self, engine_db: None, moved: MovedClock
    ) -> None:
        at = moved()
        ran("send", at, error="ValueError: no", succeeded_at=at - timedelta(minutes=1))
        ran("ask", at, error="ValueError: no", succeeded_at=at - timedelta(minutes=9))

        once, always = row("send", at), row("ask", at)

        assert (once.state, once.tone) == (State.FAILING, shown.WARN)
        assert (always.state, always.tone) == (State.FAILING, shown.BAD)

    def test_one_that_no_worker_knows_is_off(self, engine_db: None, moved: MovedClock) -> None:
        unknown = row("send", moved())
        ensure_schedules()

        assert (unknown.state, unknown.tone) == (State.OFF, shown.MUTE)
        assert row("send", moved()).state is State.NEVER_RAN

    @pytest.mark.parametrize(("name", "minutes"), [("send", 3), ("prune", 15)])
    def test_one_that_never_ran_is_overdue_soon(
        self, engine_db: None, moved: MovedClock, name: str, minutes: int
    ) -> None:
        JobRun.objects.create(name=name, listed_at=moved())

        soon = row(name, moved() + timedelta(minutes=minutes))
        later = row(name, moved() + timedelta(minutes=minutes, seconds=1))

        assert (soon.state, soon.is_overdue) == (State.NEVER_RAN, False)
        assert (later.state, later.is_overdue) == (State.NEVER_RAN, True)

    def test_a_run_without_an_end_is_running(self, engine_db: None, moved: MovedClock) -> None:
        at = moved()
        ran("send", at, ended_at=at - timedelta(minutes=1))
        ran("ask", at, ended_at=at + timedelta(seconds=2))

        assert (row("send", at).is_running, row("send", at).took) == (True, None)
        assert (row("ask", at).is_running, row("ask", at).took) == (False, timedelta(seconds=2))


class TestEveryRow:
    def test_trouble_is_on_top(self, engine_db: None, moved: MovedClock) -> None:
        for name in SWEEPS:
            ran(name, moved())
        ran("watch", moved(), error="ValueError: no", succeeded_at=moved())
        ran("tally", moved() - timedelta(minutes=9))

        rows = every_row(at=moved())

        assert [each.name for each in rows[:3]] == ["tally", "watch", next(iter(SWEEPS))]
        assert {each.name for each in rows} == set(SWEEPS)

    def test_it_takes_three_reads(self, engine_db: None, moved: MovedClock) -> None:
        ensure_schedules()

        with CaptureQueriesContext(connection) as told:
            every_row(at=moved())

        assert len(told) == 3


class TestListed:
    def test_the_watch_notes_since_when_each_is_to_run(
        self, engine_db: None, moved: MovedClock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        first = moved()
        run_job("watch")
        monkeypatch.setitem(SWEEPS, "new", Sweep(run=lambda: 0, every_minutes=1))
        moved.forward(minutes=1)

        run_job("watch")

        listed = dict(JobRun.objects.values_list("name", "listed_at"))
        assert listed == {**dict.fromkeys(SWEEPS, first), "new": moved()}
        assert JobRun.objects.get(name="watch").succeeded_at == moved()
        assert schedules.rhythm("new") == timedelta(minutes=1)
