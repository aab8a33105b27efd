"""Real worker processes, killed and stopped; afterwards the books must agree."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django.db import connection

from core import clock
from core.models import Alert
from disbursements.models import DisbursementRequest
from disbursements.operations.prove_books import breaks
from gateways.simulator import Simulator
from tests.chaos.provider import Provider
from tests.wire import MovedClock, Wire

ROOT = Path(__file__).resolve().parents[2]
ENDS_WITHIN_S = 180


@pytest.fixture
def moved() -> Iterator[MovedClock]:
    """A clock that starts now, as the killed processes' own does, and can be moved on."""
    source = MovedClock(datetime.now(UTC))
    with clock.reading_from(source):
        yield source


@pytest.fixture
def provider(simulator: Simulator) -> Iterator[Provider]:
    with Provider(simulator) as running:
        yield running


class Worker:
    """One `manage.py` process."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    def kill(self) -> None:
        """SIGKILL: nothing of it runs on."""
        self.process.kill()
        self.process.wait(ENDS_WITHIN_S)

    def stop(self) -> None:
        """SIGSTOP: it stands still and keeps all it holds."""
        self.process.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, self.process.pid, os.WSTOPPED | os.WNOWAIT)

    def go_on(self) -> None:
        """SIGCONT."""
        self.process.send_signal(signal.SIGCONT)

    def ended(self) -> int:
        """Wait for its end; the exit code."""
        self.output = self.process.communicate(timeout=ENDS_WITHIN_S)[0]
        return self.process.returncode


@pytest.fixture
def start(engine_db: None, provider: Provider) -> Iterator[Callable[..., Worker]]:
    """Start `manage.py` with these arguments, on this test's database and provider."""
    running: list[Worker] = []

    def run(*arguments: str) -> Worker:
        process = subprocess.Popen(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=os.environ
            | {
                "DJANGO_SETTINGS_MODULE": "tests.chaos.settings",
                "DATABASE_URL": database_url(),
                "CHAOS_PROVIDER": provider.address,
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        running.append(Worker(process))
        return running[-1]

    yield run
    for worker in running:
        if worker.process.poll() is None:
            worker.go_on()
            worker.kill()


def database_url() -> str:
    """This test's own database, as the environment names one."""
    known = connection.settings_dict
    host, port = str(known["HOST"]), str(known["PORT"])
    query = {"host": host} if host.startswith("/") else {}
    user = quote(str(known["USER"]))
    login = f"{user}:{quote(str(known['PASSWORD']))}" if known["PASSWORD"] else user
    place = "" if query else f"{host}{f':{port}' if port else ''}"
    return f"postgresql://{login}@{place}/{known['NAME']}?{urlencode(query)}".rstrip("?")


def end_sessions() -> int:
    """End every other session of this database, as a failover does; how many have ended."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(pg_terminate_backend(pid, 60000)) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid() "
            "AND backend_type = 'client backend'"
        )
        return int(cursor.fetchone()[0])


class Aftermath:
    """Everything runs on to its end, faults over; then nobody was paid twice and all is known."""

    def __init__(self, wire: Wire, simulator: Simulator) -> None:
        self.wire = wire
        self.simulator = simulator

    def statuses(self) -> dict[str, int]:
        """Run to idle, check what must hold after any fault; how many ended how."""
        self.wire.clock.moment = max(self.wire.clock(), datetime.now(UTC))
        self.wire.run(hours=100)
        rows = list(DisbursementRequest.objects.all())
        receipts = {row.receipt: row.amount_minor for row in rows if row.receipt}
        moves = {move.receipt: move.amount * 100 for move in self.simulator.book.moves}
        assert receipts == moves
        assert self.simulator.book.paid_twice() == []
        assert list(breaks()) == []
        for row in rows:
            told = Alert.objects.filter(key=str(row.pk), closed_at=None).exists()
            assert row.status in ("completed", "failed") or row.person_needed_at or told
        ended: dict[str, int] = {}
        for row in rows:
            ended[row.status] = ended.get(row.status, 0) + 1
        return ended


@pytest.fixture
def aftermath(wire: Wire, simulator: Simulator) -> Aftermath:
    return Aftermath(wire, simulator)


@pytest.fixture
def payees(pay: Any) -> Callable[[int], list[DisbursementRequest]]:
    """So many payouts to plain numbers."""
    return lambda count: [pay(f"1{number:04d}") for number in range(count)]
