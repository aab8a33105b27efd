"""Two live servers, two writers, and the database restarted in the middle: real processes."""

import asyncio
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.contrib.auth.models import User

from config import embedded_postgres
from config.embedded_postgres import Cluster
from config.postgres_programs import find
from config.processes import wait_until
from core import clock
from reconciliation.consumers import PATH
from tests.chaos.conftest import ROOT, database_url
from tests.run.conftest import new_checkout
from tests.sockets import RealSocket, free_port, run_apart
from vault.operations import staff_tokens

LIMIT_S = 300
CLIENTS_OF_EACH = 3
TRANSACTIONS = 25
BEFORE = 60
TOLD = (
    "SELECT data->>'sessionId' FROM reconciliation_live_events"
    " WHERE kind = 'reconciliation_result' ORDER BY 1"
)


@pytest.fixture
def query(transactional_db: None) -> str:
    """The token of somebody who may watch; it holds in every copy of this database."""
    user = User.objects.create_superuser("amina.example", password="a long enough word")
    return f"?token={staff_tokens.issue(user=user, at=clock.now()).text}"


@pytest.fixture
def cluster(query: str, tmp_path: Path) -> Iterator[Cluster]:
    """A PostgreSQL of this test's own, with the tables and rows of the test database."""
    with new_checkout() as checkout:
        cluster = embedded_postgres.start(checkout)
        programs = find(checkout=ROOT, account=None, copies=tmp_path, major=None).folder
        parts = ["--section=pre-data", "--section=data", "--no-owner"]
        dump = tmp_path / "dump.sql"
        subprocess.run([programs / "pg_dump", *parts, "--file", dump, database_url()], check=True)
        subprocess.run(
            [programs / "psql", "--quiet", "--file", dump, cluster.url],
            check=True, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            yield cluster
        finally:
            cluster.stop_if_last()


@pytest.fixture
def run(cluster: Cluster, tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Start a process of ours on that database; its output goes to tmp_path/<number>.log."""
    running: list[subprocess.Popen[bytes]] = []

    def start(*arguments: str) -> subprocess.Popen[bytes]:
        with (tmp_path / f"{len(running)}.log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, *arguments], cwd=ROOT, stdout=log, stderr=log,
                env=os.environ | {"DATABASE_URL": cluster.url}, start_new_session=True,
            )  # fmt: skip
        running.append(process)
        return process

    yield start
    for process in running:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def restart(cluster: Cluster) -> None:
    """As after a power cut: nobody says goodbye."""
    os.kill(int((cluster.data / "postmaster.pid").read_text().split()[0]), signal.SIGQUIT)
    assert wait_until(lambda: not cluster.is_running(), limit_s=60)
    cluster.start_again()


async def opened(port: int, query: str) -> RealSocket:
    """A socket, as soon as the server is up and has its events."""
    while True:
        with suppress(OSError, asyncio.IncompleteReadError):
            socket = await RealSocket.connect(port, PATH + query)
            if (await socket.hear() or {}).get("type") == "connected":
                return socket
        await asyncio.sleep(0.2)


class TestLive:
    def test_every_event_reaches_every_client_once(
        self, cluster: Cluster, run: Any, query: str, tmp_path: Path
    ) -> None:
        ports = [free_port(), free_port()]
        servers = [
            run("manage.py", "live", "--port", str(port), "--workers", "1") for port in ports
        ]
        heard: list[list[str]] = []

        async def listen(socket: RealSocket, kept: list[str]) -> None:
            while (message := await socket.hear()) is not None:
                if message["type"] in ("reconciliation_result", "resync"):
                    kept.append(message.get("data", {}).get("sessionId", "resync"))

        async def scene() -> None:
            sockets = [await opened(port, query) for port in ports * CLIENTS_OF_EACH]
            heard.extend([] for _ in sockets)
            listening = [
                asyncio.create_task(listen(*each)) for each in zip(sockets, heard, strict=True)
            ]
            writers = [run("-m", "tests.chaos.telling", str(TRANSACTIONS)) for _ in range(2)]
            while min(map(len, heard)) < BEFORE:
                await asyncio.sleep(0.05)
            await asyncio.to_thread(restart, cluster)
            codes = [await asyncio.to_thread(each.wait, LIMIT_S) for each in writers]
            assert codes == [0, 0]
            total = len(await asyncio.to_thread(told, cluster))
            while min(map(len, heard)) < total:
                await asyncio.sleep(0.05)
            for server in servers:
                server.terminate()
            await asyncio.wait(listening)

        async def whole() -> None:
            async with asyncio.timeout(LIMIT_S):
                await scene()

        run_apart(whole())

        expected = told(cluster)
        assert len(expected) > 2 * BEFORE
        assert [sorted(kept) == expected for kept in heard] == [True] * len(heard)
        assert [server.wait(LIMIT_S) for server in servers] == [0, 0]
        logs = "".join(path.read_text() for path in tmp_path.glob("*.log"))
        assert not re.search(r"eyJ|Traceback", logs)


def told(cluster: Cluster) -> list[str]:
    """The events that were committed."""
    with psycopg.connect(cluster.url) as session:
        return [row[0] for row in session.execute(TOLD)]
