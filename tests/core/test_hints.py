"""Hints: few tasks for many arrivals, one for each id, and never a failure of the caller."""

import threading

import pytest
from django.db import connection, transaction
from django_q.models import OrmQ

from core import clock, jobs
from core.jobs import after_commit
from tests.hinting import hints_sent

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def hints(settings):
    settings.VAULT_HINTS = True
    yield settings
    hints_sent()


def _tasks() -> list[tuple[str, dict]]:
    tasks = [row.task for row in OrmQ.objects.order_by("pk")]
    return sorted(
        ((task["args"][0], task["kwargs"]) for task in tasks), key=lambda pair: str(pair)
    )


def _other_sessions() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )
        return cursor.fetchone()[0]


class TestHintsWithoutIds:
    def test_a_thousand_arrivals_are_few_tasks(self):
        for _ in range(1_000):
            with transaction.atomic():
                after_commit("send_due")
        hints_sent()

        assert 1 <= OrmQ.objects.count() <= 20
        assert set(map(str, _tasks())) == {"('send_due', {})"}

    def test_each_job_is_hinted_by_itself(self, monkeypatch):
        monkeypatch.setattr(jobs, "HINT_WINDOW_S", 1.0)
        for job in ("send_due", "ask_due", "send_due"):
            after_commit(job)
        hints_sent()

        assert [job for job, _ in _tasks()] == ["ask_due", "send_due"]

    def test_the_next_arrival_after_the_window_is_hinted_again(self):
        after_commit("send_due")
        hints_sent()
        after_commit("send_due")
        hints_sent()

        assert OrmQ.objects.count() == 2

    def test_no_database_session_stays_open_behind_them(self):
        for _ in range(5):
            after_commit("send_due")
            hints_sent()

        deadline_s = clock.stopwatch_s() + 60  # the server needs a moment to end a session
        while _other_sessions() and clock.stopwatch_s() < deadline_s:
            pass
        assert _other_sessions() == 0


class TestHintsWithIds:
    def test_each_is_a_task_of_its_own(self):
        with transaction.atomic():
            for number in range(3):
                after_commit("read_callback", callback_id=number)
            assert OrmQ.objects.count() == 0

        assert _tasks() == [("read_callback", {"callback_id": number}) for number in range(3)]


class TestSafety:
    def test_a_rolled_back_arrival_is_not_hinted(self):
        with transaction.atomic():
            after_commit("send_due")
            after_commit("read_callback", callback_id=1)
            transaction.set_rollback(True)
        hints_sent()

        assert OrmQ.objects.count() == 0

    def test_a_queue_that_fails_is_no_failure(self, hints, monkeypatch):
        monkeypatch.setattr("django_q.brokers.orm.ORM.enqueue", lambda *a, **k: 1 / 0)

        with transaction.atomic():
            after_commit("send_due")
            after_commit("read_callback", callback_id=1)
        hints_sent()

        assert OrmQ.objects.count() == 0

    def test_a_timer_that_cannot_start_is_no_failure_and_blocks_no_later_one(self, monkeypatch):
        with monkeypatch.context() as patch:
            patch.setattr(threading.Thread, "start", lambda self: 1 / 0)
            with transaction.atomic():
                after_commit("send_due")

        after_commit("send_due")
        hints_sent()

        assert OrmQ.objects.count() == 1

    def test_they_can_be_switched_off(self, hints):
        hints.VAULT_HINTS = False

        after_commit("send_due")
        after_commit("read_callback", callback_id=1)
        hints_sent()

        assert OrmQ.objects.count() == 0

    def test_nothing_waits_behind(self):
        after_commit("send_due")
        hints_sent()

        assert jobs._waiting == set()
