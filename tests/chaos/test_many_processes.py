"""Two web, two live and two worker processes; one of each, and Redis, is killed in the middle."""

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from django.contrib.auth.models import User

from config.processes import wait_until
from config.schedules import SWEEPS
from core import clock
from disbursements.models import DisbursementRequest
from reconciliation.models import LiveEvent
from reconciliation.operations.claim_checks import LEASE
from tests.chaos.conftest import ROOT, Aftermath, database_url
from tests.chaos.provider import Provider
from tests.chaos.watchers import RESULT, Watcher, Watchers, key_of
from tests.redis_server import RedisServer, needs_redis
from tests.sockets import free_port
from vault.models import Shortcode
from vault.operations import staff_tokens
from vault.operations.add_api_key import add_api_key

LIMIT_S = 180
ENDS_WITHIN_S = 90
OF_EACH_HALF = 12


class Many:
    """The processes; web and live by port."""

    def __init__(self, provider: Provider, folder: Path, redis_url: str) -> None:
        self.environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "tests.chaos.busy_settings", "DATABASE_URL": database_url(),
            "CHAOS_PROVIDER": provider.address, "REDIS_URL": redis_url,
        }  # fmt: skip
        self.folder = folder
        self.processes: list[subprocess.Popen[bytes]] = []
        self.web, self.live = [free_port(), free_port()], [free_port(), free_port()]

    def start(self) -> None:
        """All six, and wait until those with a port answer."""
        for port in self.web:
            self._run("serve", "--http-only", "--port", str(port), "--workers", "1")
        for port in self.live:
            self._run("live", "--port", str(port))
        for _ in range(2):
            self._run("qcluster")
        for port in (*self.web, *self.live):
            assert wait_until(lambda port=port: answers(port), limit_s=LIMIT_S), self.said()

    def kill_one_of_each(self) -> None:
        """Nobody says goodbye."""
        for process in self.processes[::2]:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(ENDS_WITHIN_S)

    def stop(self) -> list[int]:
        """The others, gently; their exit codes."""
        for process in self.processes[1::2]:
            process.terminate()
        return [process.wait(ENDS_WITHIN_S) for process in self.processes[1::2]]

    def end(self) -> None:
        """Whatever is left."""
        for process in self.processes:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait(ENDS_WITHIN_S)

    def said(self) -> str:
        """The logs of all."""
        return "\n".join(path.read_text() for path in sorted(self.folder.glob("*.log")))

    def _run(self, *arguments: str) -> None:
        with (self.folder / f"{len(self.processes)}-{arguments[0]}.log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "manage.py", *arguments], cwd=ROOT, stdout=log, stderr=log,
                env=self.environment, start_new_session=True,
            )  # fmt: skip
        self.processes.append(process)


class Callbacks(Thread):
    """The provider's callbacks, to whichever web server answers, as a proxy sends them on."""

    def __init__(self, provider: Provider, ports: list[int], moved: Any) -> None:
        super().__init__(daemon=True)
        self.provider, self.ports, self.moved = provider, ports, moved
        self.is_over = Event()

    def run(self) -> None:
        """Until it is over."""
        while not self.is_over.wait(0.05):
            self.moved.moment = datetime.now(UTC)
            for each in self.provider.simulator.due_callbacks(self.moved()):
                status = post(self.ports, urlsplit(each.url).path, data=each.body).status_code
                self.provider.simulator.delivered(each.number, status=status)

    def __exit__(self, *_: object) -> None:
        self.is_over.set()
        self.join(ENDS_WITHIN_S)

    def __enter__(self) -> "Callbacks":
        self.start()
        return self


@pytest.fixture
def query(engine_db: None) -> str:
    """The token of somebody who may watch."""
    user = User.objects.create_superuser("amina.example", password="a long enough word")
    return f"?token={staff_tokens.issue(user=user, at=clock.now()).text}"


@pytest.fixture(params=["", pytest.param("redis", marks=needs_redis)], ids=["alone", "redis"])
def redis_server(request: pytest.FixtureRequest) -> Iterator[RedisServer | None]:
    if not request.param:
        yield None
        return
    with RedisServer() as server:
        yield server


@pytest.fixture
def many(
    engine_db: None, provider: Provider, tmp_path: Path, redis_server: RedisServer | None
) -> Iterator[Many]:
    many = Many(provider, tmp_path, redis_server.url if redis_server else "")
    try:
        many.start()
        yield many
    finally:
        many.end()


@pytest.fixture
def instruct(a_shortcode: Shortcode, many: Many) -> Callable[[int, int], None]:
    """Payouts by the API, to both web servers in turn."""
    key = add_api_key(partner_id=a_shortcode.partner_id, actor="test", at=clock.now()).key

    def some(first: int, count: int) -> None:
        for number in range(first, first + count):
            answer = post(
                many.web[number % 2 :] + many.web[: number % 2], "/api/disburse",
                json={"clientReference": f"REF-{number}", "amount": 1250,
                      "msisdn": f"25470001{number:04}"},
                headers={"Authorization": f"Bearer {key}"},
            )  # fmt: skip
            assert answer.status_code in (200, 201), answer.text

    return some


class TestManyProcesses:
    def test_one_of_each_is_killed_and_nothing_is_lost(
        self, many: Many, query: str, instruct: Any, provider: Provider, moved: Any,
        redis_server: RedisServer | None, aftermath: Aftermath,
    ) -> None:  # fmt: skip
        one, other = many.live
        moving, staying = Watcher([one, other]), [Watcher([other]), Watcher([other])]

        with Callbacks(provider, many.web, moved), Watchers([moving, *staying], query=query):
            assert wait_until(
                lambda: all(each.is_there for each in (moving, *staying)), limit_s=LIMIT_S
            ), many.said()
            instruct(0, OF_EACH_HALF)
            assert wait_until(lambda: len(matched()) >= 3, limit_s=LIMIT_S), many.said()
            many.kill_one_of_each()
            if redis_server:
                redis_server.kill()
            assert wait_until(lambda: moving.moves == 1 and moving.is_there, limit_s=LIMIT_S)
            since = told()
            instruct(OF_EACH_HALF, OF_EACH_HALF)
            later = payouts(OF_EACH_HALF)
            assert wait_until(lambda: later <= matched(), limit_s=LIMIT_S), many.said()
            assert wait_until(lambda: heard_all(staying), limit_s=LIMIT_S)
            everything = told()

        assert many.stop() == [0, 0, 0]
        assert everything > since > Counter()
        for each in staying:
            assert (everything <= Counter(each.heard) <= told(), each.moves) == (True, 0)
        assert everything - since <= Counter(moving.heard) <= told()
        assert aftermath.statuses() == {"completed": 2 * OF_EACH_HALF}
        moved.moment = datetime.now(UTC) + LEASE  # of what the killed worker held
        SWEEPS["reconcile"].run()
        assert payouts(0) == matched()


def told() -> Counter[str]:
    """Every result that was ever told, and how often."""
    rows = LiveEvent.objects.filter(kind=RESULT).values_list("data", flat=True)
    return Counter(key_of(data) for data in rows)


def heard_all(watchers: list[Watcher]) -> bool:
    """Nothing is on its way any more."""
    expected = told()
    return all(Counter(each.heard) >= expected for each in watchers)


def matched() -> set[str]:
    """The payouts of which it was told that all sides agree."""
    rows = LiveEvent.objects.filter(kind=RESULT, data__status="matched")
    return set(rows.values_list("data__sessionId", flat=True))


def payouts(first: int) -> set[str]:
    """Those instructed from this one on."""
    names = [f"REF-{number}" for number in range(first, 2 * OF_EACH_HALF)]
    rows = DisbursementRequest.objects.filter(client_reference__in=names)
    return {str(pk) for pk in rows.values_list("pk", flat=True)}


def answers(port: int) -> bool:
    with suppress(requests.RequestException):
        return requests.get(f"http://127.0.0.1:{port}/health/live", timeout=20).ok
    return False


def post(ports: list[int], path: str, **options: Any) -> requests.Response:
    """To the first that answers."""
    for port in [*ports, *ports]:
        with suppress(requests.RequestException):
            return requests.post(f"http://127.0.0.1:{port}{path}", timeout=60, **options)
    raise AssertionError(f"no web server answers at {ports}")
