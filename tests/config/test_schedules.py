from datetime import timedelta

import pytest
from django.conf import settings
from django_q.models import Schedule, Task

from config.schedules import SWEEPS, ensure_schedules, run_job
from core import clock

pytestmark = pytest.mark.django_db


class TestSchedules:
    def test_there_is_one_for_each_sweep_and_no_other(self) -> None:
        Schedule.objects.create(name="old", func="os.getcwd", schedule_type=Schedule.MINUTES)

        ensure_schedules()
        ensure_schedules()

        assert set(Schedule.objects.values_list("name", flat=True)) == {
            f"sweep:{name}" for name in SWEEPS
        }

    def test_retries_are_looked_for_every_five_minutes(self) -> None:
        ensure_schedules()

        retry = Schedule.objects.get(name="sweep:retry")
        assert (retry.minutes, retry.repeats) == (5, -1)

    def test_a_schedule_calls_the_job_runner_with_the_name(self) -> None:
        ensure_schedules()

        send = Schedule.objects.get(name="sweep:send")
        assert (send.func, send.args) == (settings.VAULT_JOB_RUNNER, "('send',)")

    def test_the_queue_settings_leave_time_for_a_task_to_end(self) -> None:
        queue = settings.Q_CLUSTER

        needed = queue["timeout"] * (queue["queue_limit"] / queue["workers"] + 1) + 60
        assert queue["retry"] > needed


class TestJobs:
    @pytest.mark.parametrize("name", ["deliver", "recover", "send", "retry", "ask", "seal"])
    def test_each_can_run_with_nothing_to_do(self, transactional_db: None, name: str) -> None:
        assert run_job(name) == 0

    def test_every_hint_names_a_job_of_the_table(self) -> None:
        assert {"send", "retry", "ask", "deliver"} <= set(SWEEPS)

    def test_finished_tasks_are_pruned_after_a_day(self) -> None:
        for name, hours in {"old": 30, "new": 1}.items():
            at = clock.now() - timedelta(hours=hours)
            Task.objects.create(id=name, name=name, func="f", started=at, stopped=at, success=True)

        run_job("prune")

        assert list(Task.objects.values_list("name", flat=True)) == ["new"]
