"""Health: what is late, silent or low is red, told once as an alert, and closed afterwards."""

import json
from datetime import datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django_q.models import OrmQ

from config import health_figures, schedules, watch
from config.schedules import SWEEPS, Sweep, run_job
from core.admin import shown
from core.models import Alert, JobRun
from gateways.models import Call, Callback
from tests.staff import superuser
from tests.wire import MovedClock
from vault.models import BalanceReading, Shortcode, Wallet


def figure(name: str, at: datetime) -> health_figures.Reading:
    return next(each for each in health_figures.readings(at=at) if each.name == name)


def all_ran(at: datetime) -> None:
    JobRun.objects.bulk_create(
        JobRun(name=name, started_at=at, ended_at=at, succeeded_at=at, did=0) for name in SWEEPS
    )


def called(at: datetime, *, http_status: int | None) -> None:
    Call.objects.create(
        provider="daraja", kind="payout", method="POST", url="https://x.example",
        http_status=http_status, error="" if http_status else "no connection", started_at=at,
        duration_ms=5,
    )  # fmt: skip


def arrived(at: datetime, *, read_after_s: float | None) -> None:
    Callback.objects.create(
        provider="daraja", kind="payout", secret_digest=b"x", secret_ok=True, body=b"{}",
        source_listed=True, received_at=at,
        processed_at=None if read_after_s is None else at + timedelta(seconds=read_after_s),
        outcome="" if read_after_s is None else "applied",
    )  # fmt: skip


class TestJobRuns:
    def test_a_good_run_is_noted(self, engine_db: None, moved: MovedClock) -> None:
        run_job("recover")

        run = JobRun.objects.get(name="recover")
        assert (run.started_at, run.ended_at, run.succeeded_at) == (moved(),) * 3
        assert (run.did, run.error) == (0, "")

    def test_a_failure_keeps_the_last_good_run_and_no_phone(
        self, engine_db: None, moved: MovedClock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def broken() -> int:
            raise ValueError("nobody at 254700012345")

        run_job("recover")
        good_at = moved()
        monkeypatch.setitem(SWEEPS, "recover", Sweep(run=broken, every_minutes=1))
        moved.forward(minutes=1)

        with pytest.raises(ValueError, match="nobody"):
            run_job("recover")

        run = JobRun.objects.get(name="recover")
        assert (run.started_at, run.succeeded_at, run.did) == (moved(), good_at, 0)
        assert run.error == "ValueError: nobody at 254700•••345"

    def test_a_note_that_cannot_be_written_stops_no_job(
        self, engine_db: None, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(SWEEPS, "x" * 61, Sweep(run=lambda: 7, every_minutes=1))

        assert run_job("x" * 61) == 7


class TestSchedules:
    def test_one_is_late_after_three_of_its_rhythms(
        self, engine_db: None, moved: MovedClock
    ) -> None:
        all_ran(moved())

        at = moved() + timedelta(minutes=4)

        assert figure("ask", at).is_bad
        assert not figure("retry", at).is_bad
        assert "Late" in figure("ask", at).value

    def test_an_error_of_the_last_run_is_shown(self, engine_db: None, moved: MovedClock) -> None:
        all_ran(moved())
        JobRun.objects.filter(name="seal").update(error="ValueError: no")

        seal = figure("seal", moved())

        assert (seal.tone, "ValueError: no" in seal.text) == (shown.WARN, True)


class TestWorkers:
    def test_silence_of_more_than_three_minutes_is_red(
        self, engine_db: None, moved: MovedClock
    ) -> None:
        all_ran(moved())

        assert figure("Workers", moved() + timedelta(minutes=3)).value == "Alive"
        assert figure("Workers", moved() + timedelta(minutes=9)).value == "No worker for 9 min"

    def test_the_home_page_tells_of_it_once_and_the_next_job_closes_it(
        self, engine_db: None, moved: MovedClock
    ) -> None:
        all_ran(moved())
        moved.forward(minutes=9)
        desk = superuser()

        pages = [desk.get(reverse("admin:index")).content.decode() for _ in range(2)]
        alert = Alert.objects.get(kind=health_figures.NO_WORKER)
        run_job("watch")

        alert.refresh_from_db()
        assert "No worker for 9 min" in pages[1]
        assert (alert.count, alert.severity, alert.closed_at) == (1, "critical", moved())

    def test_after_a_silence_not_every_schedule_gets_an_alert(
        self, engine_db: None, moved: MovedClock
    ) -> None:
        all_ran(moved())
        moved.forward(minutes=30)

        run_job("watch")
        at_once = Alert.objects.count()
        moved.forward(minutes=1)
        run_job("watch")

        assert at_once == 0
        assert Alert.objects.filter(kind=health_figures.SCHEDULE_LATE, key="ask").exists()

    def test_the_queue_tells_its_length_and_its_oldest(
        self, engine_db: None, moved: MovedClock
    ) -> None:
        for minutes in (7, 1):
            at = moved() - timedelta(minutes=minutes)
            OrmQ.objects.create(key="vault", payload="x", lock=at)
        OrmQ.objects.create(key="vault", payload="taken", lock=moved() + timedelta(minutes=9))

        queue = figure("Queue", moved())

        assert (queue.value, queue.tone) == ("2", shown.WARN)
        assert "7 min ago" in queue.text


class TestCallbacks:
    def test_the_share_read_within_a_minute_of_the_last_day(
        self, engine_db: None, moved: MovedClock
    ) -> None:
        arrived(moved() - timedelta(hours=30), read_after_s=500)
        for seconds in (1, 59, 61, 2):
            arrived(moved() - timedelta(hours=1), read_after_s=seconds)
        arrived(moved() - timedelta(seconds=5), read_after_s=None)

        read = figure("Read within 60 s", moved())

        assert (read.value, read.tone) == ("75.0 %", shown.WARN)
        assert "newest 4" in read.text
        assert "1 not read yet" in read.text

    def test_one_that_waits_for_minutes_is_red(self, engine_db: None, moved: MovedClock) -> None:
        arrived(moved() - timedelta(minutes=6), read_after_s=None)

        assert figure("Read within 60 s", moved()).is_bad

    def test_none_at_all_is_neither_good_nor_bad(self, engine_db: None, moved: MovedClock) -> None:
        assert figure("Read within 60 s", moved()).tone == shown.MUTE


class TestProviders:
    @pytest.mark.parametrize(
        ("answers", "tone"),
        [
            ([200], shown.GOOD), ([None, 500], shown.GOOD), ([200, None], shown.WARN),
            ([200, 503], shown.WARN), ([200, None, None, 502, None], shown.BAD),
        ],
    )  # fmt: skip
    def test_it_is_reachable_as_long_as_it_answers(
        self, engine_db: None, moved: MovedClock, answers: list[int | None], tone: str
    ) -> None:
        for http_status in answers:
            called(moved.forward(seconds=1) or moved(), http_status=http_status)

        assert figure("M-Pesa", moved()).tone == tone


class TestFloat:
    def test_the_latest_reading_with_its_age(
        self, a_shortcode: Shortcode, moved: MovedClock
    ) -> None:
        Shortcode.objects.update(low_float_minor=100_000)
        wallet = Wallet.objects.create(
            shortcode=a_shortcode, name="Utility Account", currency="KES"
        )
        for minutes, held in ((60, 900_000), (5, 99_900)):
            BalanceReading.objects.create(
                wallet=wallet, current_minor=held, available_minor=held, source="balance query",
                read_at=moved() - timedelta(minutes=minutes),
            )  # fmt: skip

        low = figure("Float of 600111", moved())
        BalanceReading.objects.filter(available_minor=99_900).delete()
        old = figure("Float of 600111", moved())

        assert (low.value, low.tone) == ("KES 999.00", shown.BAD)
        assert "5 min ago" in low.text
        assert (old.value, old.tone) == ("KES 9,000.00", shown.WARN)


class TestReading:
    def test_the_number_of_queries_is_constant(self, engine_db: None, moved: MovedClock) -> None:
        def queries() -> int:
            with CaptureQueriesContext(connection) as told:
                health_figures.readings(at=moved())
            return len(told)

        before = queries()
        all_ran(moved())
        for _ in range(20):
            arrived(moved(), read_after_s=1)
            called(moved(), http_status=200)

        assert queries() == before <= 7


class TestCommand:
    def ran(self, *arguments: str) -> tuple[str, int]:
        out = StringIO()
        try:
            call_command("health", *arguments, stdout=out, stderr=StringIO())
        except CommandError as error:
            return out.getvalue(), error.returncode
        return out.getvalue(), 0

    def test_all_well_is_exit_code_0(self, engine_db: None, moved: MovedClock) -> None:
        all_ran(moved())

        text, code = self.ran("--json")

        answer: dict[str, Any] = json.loads(text)
        assert (code, answer["healthy"]) == (0, True)
        assert {"Workers", "Queue", "ask"} <= {each["name"] for each in answer["readings"]}

    def test_red_is_exit_code_1_and_an_alert(self, engine_db: None, moved: MovedClock) -> None:
        all_ran(moved())
        moved.forward(minutes=9)

        text, code = self.ran()

        assert code == 1
        assert "Bad           Workers: No worker for 9 min." in text
        assert list(Alert.objects.values_list("kind", flat=True)) == [health_figures.NO_WORKER]

    def test_what_is_red_no_more_is_closed(self, engine_db: None, moved: MovedClock) -> None:
        all_ran(moved())
        arrived(moved() - timedelta(minutes=6), read_after_s=None)
        opened = watch.tell_health(at=moved())
        Callback.objects.update(processed_at=moved(), outcome="applied")

        closed = watch.tell_health(at=moved())

        assert (opened, closed) == (1, 1)
        assert not Alert.objects.filter(closed_at=None).exists()


def test_the_watch_is_one_of_the_schedules() -> None:
    assert SWEEPS["watch"].run is schedules.watch
