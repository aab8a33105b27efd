"""The alert of a late schedule: for each of the table, with what to do; it closes by itself."""

from datetime import timedelta

import pytest
from django.urls import reverse

from config import watch
from config.health_figures import NO_WORKER, SCHEDULE_LATE
from config.schedules import SWEEPS, Sweep, rhythm, run_job
from core.models import Alert, JobRun
from tests.staff import superuser
from tests.wire import MovedClock


def all_but(name: str, moved: MovedClock) -> None:
    """Every other schedule has just run; this one was listed and may have run before."""
    at = moved()
    for each in SWEEPS:
        if each != name:
            JobRun.objects.update_or_create(
                name=each,
                defaults={"listed_at": at, "started_at": at, "ended_at": at, "succeeded_at": at},
            )


def told() -> list[str]:
    """The schedules that are told of as late."""
    rows = Alert.objects.filter(kind=SCHEDULE_LATE, closed_at=None)
    return sorted(rows.values_list("key", flat=True))


def look(moved: MovedClock) -> list[str]:
    """What is told of once the watch has looked."""
    watch.tell_health(at=moved())
    return told()


class TestEachSchedule:
    @pytest.mark.parametrize("name", sorted(SWEEPS))
    def test_a_late_one_is_told_of_and_the_next_run_closes_it(
        self, engine_db: None, moved: MovedClock, name: str
    ) -> None:
        began = moved()
        JobRun.objects.create(name=name, started_at=began, ended_at=began, succeeded_at=began)
        moved.forward(seconds=3 * rhythm(name).total_seconds() + 1)
        all_but(name, moved)

        late = look(moved)
        JobRun.objects.filter(name=name).update(started_at=moved(), succeeded_at=moved())
        closed = look(moved)

        assert (late, closed) == ([name], [])
        alert = Alert.objects.get(kind=SCHEDULE_LATE)
        assert (alert.count, alert.closed_at, alert.closed_by) == (1, moved(), "system")
        assert alert.text.startswith(f"Schedule {name}: Late: ")
        assert SWEEPS[name].says in alert.text
        assert f"manage.py sweep {name}, or on the page Schedules." in alert.text

    @pytest.mark.parametrize("name", sorted(SWEEPS))
    def test_one_that_never_ran_is_told_of_too(
        self, engine_db: None, moved: MovedClock, name: str
    ) -> None:
        JobRun.objects.create(name=name, listed_at=moved())
        all_but(name, moved)
        at_once = look(moved)
        moved.forward(minutes=16)
        all_but(name, moved)

        assert (at_once, look(moved)) == ([], [name])
        assert f"Schedule {name}: Never ran. " in Alert.objects.get(key=name).text


class TestNew:
    def test_one_that_comes_with_a_new_release_and_never_runs_is_told_of(
        self, engine_db: None, moved: MovedClock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(SWEEPS, "new", Sweep(run=lambda: 0, every_minutes=1))
        run_job("watch")
        for _ in range(2):
            moved.forward(minutes=2)
            all_but("new", moved)
            run_job("watch")
        late = told()
        run_job("new")
        run_job("watch")

        assert (late, told()) == (["new"], [])


class TestFailing:
    def test_one_without_a_good_run_for_three_rhythms_is_told_of(
        self, engine_db: None, moved: MovedClock
    ) -> None:
        all_but("", moved)
        JobRun.objects.filter(name="send").update(error="ValueError: no")
        once = look(moved)
        good_at = moved()
        moved.forward(minutes=4)
        all_but("", moved)
        JobRun.objects.filter(name="send").update(error="ValueError: no", succeeded_at=good_at)

        assert (once, look(moved)) == ([], ["send"])
        text = Alert.objects.get(key="send").text
        assert text.startswith("Schedule send: Failing: last good run 4 min ago.")
        assert "ValueError: no" in text


class TestWatchItself:
    def test_the_home_page_tells_of_a_watch_that_does_not_run(
        self, engine_db: None, moved: MovedClock
    ) -> None:
        all_but("", moved)
        moved.forward(minutes=30)
        all_but("watch", moved)
        JobRun.objects.filter(name="ask").update(started_at=moved() - timedelta(minutes=9))
        superuser().get(reverse("admin:index"))
        open_then = told()

        run_job("watch")

        assert (open_then, "watch" in told()) == (["watch"], False)

    def test_without_a_worker_one_alert_says_it_for_all(
        self, engine_db: None, moved: MovedClock
    ) -> None:
        all_but("", moved)
        moved.forward(minutes=30)

        look(moved)

        assert list(Alert.objects.values_list("kind", flat=True)) == [NO_WORKER]
