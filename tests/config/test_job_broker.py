"""Hints through Redis, and through the table while it is away: none of it is ever needed."""

import socket
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command
from django_q.models import OrmQ
from django_q.signing import SignedPackage
from django_q.tasks import async_task

from config import health_figures, job_broker
from config.job_broker import JobBroker, redis_key, waiting
from config.schedules import SWEEPS
from core import clock
from core.admin import shown
from core.models import JobRun
from core.redis_line import redis_line
from tests.redis_server import RedisServer, needs_redis
from tests.wire import MovedClock

ANSWER_LIMIT_S = 0.5
NOBODY = "redis://127.0.0.1:1/0"


@pytest.fixture(autouse=True)
def lines() -> Iterator[None]:
    """What one test learned of a Redis is nothing to the next."""
    redis_line.cache_clear()
    yield
    redis_line.cache_clear()


@pytest.fixture
def away(db: None, settings: Any) -> JobBroker:
    """A Redis that does not answer."""
    settings.REDIS_URL = NOBODY
    return JobBroker()


@pytest.fixture
def near(db: None, settings: Any) -> Iterator[tuple[JobBroker, RedisServer]]:
    with RedisServer() as server:
        settings.REDIS_URL = server.url
        yield JobBroker(), server


def taken(broker: JobBroker) -> list[str]:
    """The jobs of the tasks that the broker hands out next; the table has its turn first."""
    names = []
    while found := broker.dequeue() or broker.dequeue():
        for task_id, package in found:
            names.append(SignedPackage.loads(package)["args"][0])
            broker.acknowledge(task_id)
    return names


class TestWithoutRedis:
    def test_hints_go_through_the_table(self, away: JobBroker) -> None:
        async_task("config.schedules.run_job", "send", broker=away)

        assert OrmQ.objects.count() == 1
        assert taken(away) == ["send"]
        assert OrmQ.objects.count() == 0

    def test_one_that_never_answers_is_left_alone_for_a_while(
        self, away: JobBroker, settings: Any
    ) -> None:
        began_s = clock.stopwatch_s()

        with socket.create_server(("127.0.0.1", 0)) as silent:
            settings.REDIS_URL = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
            for _ in range(50):
                async_task("config.schedules.run_job", "send", broker=away)

        assert OrmQ.objects.count() == 50
        assert clock.stopwatch_s() - began_s < 50 * ANSWER_LIMIT_S

    def test_the_home_page_says_so(self, away: JobBroker, moved: MovedClock) -> None:
        (queue,) = [each for each in health_figures.readings(at=moved()) if each.name == "Queue"]

        assert (queue.tone, queue.value) == (shown.WARN, "0")
        assert health_figures.REDIS_DOWN in queue.text

    def test_health_is_not_red(self, away: JobBroker, moved: MovedClock, capsys: Any) -> None:
        at = moved()
        JobRun.objects.bulk_create(
            JobRun(name=name, started_at=at, ended_at=at, succeeded_at=at, did=0)
            for name in SWEEPS
        )

        call_command("health")

        assert "Redis does not answer" in capsys.readouterr().out


@needs_redis
class TestWithRedis:
    def test_hints_go_through_it(self, near: tuple[JobBroker, RedisServer]) -> None:
        broker, _ = near
        for name in ("send", "ask"):
            async_task("config.schedules.run_job", name, broker=broker)

        assert OrmQ.objects.count() == 0
        assert broker.queue_size() == 2
        assert taken(broker) == ["send", "ask"]

    def test_what_waits_there_is_counted_with_its_age(
        self, near: tuple[JobBroker, RedisServer]
    ) -> None:
        broker, _ = near
        before = clock.now()
        for name in ("send", "ask"):
            async_task("config.schedules.run_job", name, broker=broker)

        found = waiting(at=clock.now())

        assert (found.count, found.redis_up) == (2, True)
        assert found.oldest_at is not None
        assert before <= found.oldest_at <= clock.now()

    def test_what_came_while_it_was_away_is_found_afterwards(
        self, near: tuple[JobBroker, RedisServer], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        broker, server = near
        monkeypatch.setattr("core.redis_line.REST_S", 0)
        async_task("config.schedules.run_job", "send", broker=broker)
        server.kill()

        async_task("config.schedules.run_job", "ask", broker=broker)

        assert taken(broker) == ["ask"]
        server.start()
        async_task("config.schedules.run_job", "retry", broker=broker)
        assert taken(broker) == ["retry"]

    def test_without_a_worker_it_does_not_grow_for_ever(
        self, near: tuple[JobBroker, RedisServer], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        broker, server = near
        monkeypatch.setattr(job_broker, "KEPT_MAX", 3)

        for name in ("send", "ask", "retry", "seal"):
            async_task("config.schedules.run_job", name, broker=broker)

        assert server.client().llen(redis_key(broker.list_key)) == 3
        assert taken(broker) == ["ask", "retry", "seal"]

    def test_what_others_write_there_is_run_by_nobody(
        self, near: tuple[JobBroker, RedisServer]
    ) -> None:
        broker, server = near
        server.client().rpush(redis_key(broker.list_key), b"not ours")

        ((task_id, package),) = broker.dequeue() or broker.dequeue() or []

        assert (task_id, package) == (None, b"not ours")
        with pytest.raises(Exception, match="found in value"):
            SignedPackage.loads(package)
        broker.fail(task_id)
