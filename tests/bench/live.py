"""`bench live`: idle clients at one live server, and how soon an event reaches all of them.

Beside it the same clients at a bare server that sends what one of them says to everybody.
"""

import asyncio
import resource
import time
from collections.abc import Awaitable, Callable
from statistics import quantiles
from typing import Any

from django.contrib.auth.models import User
from django.db import connection

from core import clock
from reconciliation.consumers import PATH
from reconciliation.operations.live_hub import CLIENTS_OF_ONE_USER_MAX
from reconciliation.operations.live_threads import in_thread
from reconciliation.operations.tell_live import tell
from tests.bench.callbacks import _children as children_of
from tests.bench.callbacks import _wait_until_up as wait_until_up
from tests.bench.surroundings import child, memory_kb
from tests.sockets import RealSocket, free_port
from vault.operations import staff_tokens

CLIENTS = 1_000
EVENTS = 40
PAUSE_S = 0.25
SETTLED_S = 3
AT_ONCE = 20
KIND = "reconciliation_result"
GRANIAN = ("-m", "granian", "--interface", "asginl", "--no-access-log", "--port")

Say = Callable[[dict[str, Any]], Awaitable[None]]


def run(count: int | None) -> dict[str, Any]:
    """Connect, tell, measure; ours and the bare server's."""
    clients = count or CLIENTS
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(4096, 2 * clients),) * 2)
    paths = [f"{PATH}?token={token}" for token in _tokens(clients)]
    connection.close()
    port = free_port()
    with child("manage.py", "live", "--port", str(port), "--workers", "1") as server:
        wait_until_up(port)
        ours = asyncio.run(_measured(port, paths, lambda sockets: _by_table, server.pid))
    port = free_port()
    with child(*GRANIAN, str(port), "tests.bench.echo:application") as server:
        wait_until_up(port)
        bare = asyncio.run(
            _measured(port, ["/"] * clients, lambda sockets: _by_socket(sockets[0]), server.pid)
        )
    return {
        "clients": clients,
        "events": EVENTS,
        "delivered": ours["delivered"],
        "p50, ms": ours["p50"], "p95, ms": ours["p95"],
        "bare server: p50, ms": bare["p50"], "bare server: p95, ms": bare["p95"],
        "memory of each client, kB": ours["memory"],
        "bare server: memory of each client, kB": bare["memory"],
        "all connected after, s": ours["connected"],
    }  # fmt: skip


async def _measured(
    port: int, paths: list[str], saying: Callable[[list[RealSocket]], Say], pid: int
) -> dict[str, Any]:
    (worker,) = children_of(pid)
    before_kb, begun = memory_kb(worker), time.monotonic()
    sockets: list[RealSocket] = []
    for first in range(0, len(paths), AT_ONCE):
        some = paths[first : first + AT_ONCE]
        sockets += await asyncio.gather(*(_opened(port, path) for path in some))
    connected_s = round(time.monotonic() - begun, 1)
    took: list[float] = []
    listening = [asyncio.create_task(_listen(socket, took)) for socket in sockets]
    await asyncio.sleep(SETTLED_S)
    say = saying(sockets)
    for number in range(EVENTS):
        await say({"type": KIND, "data": {"number": number, "at_s": time.monotonic()}})
        await asyncio.sleep(PAUSE_S)
    await asyncio.sleep(SETTLED_S)
    memory = (memory_kb(worker) - before_kb) / len(sockets)
    for socket, task in zip(sockets, listening, strict=True):
        task.cancel()
        socket.leave()
    # While so many leave at once, asyncio may lose the signal that ends the server.
    await asyncio.sleep(SETTLED_S)
    expected = EVENTS * len(sockets)
    if len(took) != expected:
        raise SystemExit(f"{len(took)} of {expected} events arrived")
    cuts = quantiles(took, n=20)
    return {
        "delivered": len(took), "p50": round(cuts[9] * 1000, 1), "p95": round(cuts[18] * 1000, 1),
        "memory": round(memory, 1), "connected": connected_s,
    }  # fmt: skip


async def _opened(port: int, path: str) -> RealSocket:
    """Open, and let in where there is a door."""
    socket = await RealSocket.connect(port, path)
    if path.startswith(PATH):
        await socket.hear_until("connected")
    return socket


async def _listen(socket: RealSocket, took: list[float]) -> None:
    while (message := await socket.hear()) is not None:
        if message["type"] == KIND:
            took.append(time.monotonic() - message["data"]["at_s"])


async def _by_table(message: dict[str, Any]) -> None:
    """As the engine tells: a row, a commit, a wake-up."""
    await in_thread(lambda: tell(message["type"], message["data"], None))


def _by_socket(socket: RealSocket) -> Say:
    async def say(message: dict[str, Any]) -> None:
        socket.say(message)

    return say


def _tokens(clients: int) -> list[str]:
    """One for each client; of as many people as it takes."""
    people = User.objects.bulk_create(
        User(username=f"person{number}", password="!", is_staff=True, is_superuser=True)
        for number in range(-(-clients // CLIENTS_OF_ONE_USER_MAX))
    )
    texts = [staff_tokens.issue(user=person, at=clock.now()).text for person in people]
    return [texts[number // CLIENTS_OF_ONE_USER_MAX] for number in range(clients)]
