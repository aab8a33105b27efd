"""What only a real server shows: connections to the database, who takes nothing, who is gone,
frames of megabytes, the log."""

import asyncio
import ctypes
import os
import signal
import socket
import struct
from collections.abc import Callable, Coroutine, Iterator
from contextlib import suppress
from datetime import datetime
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection

from core import clock
from reconciliation.consumers import PATH
from reconciliation.models import LiveServer
from reconciliation.operations.tell_live import tell_many
from tests.reconciliation.live.conftest import in_database
from tests.reconciliation.live.server import LIMIT_S, Server
from tests.sockets import LENGTH_64, TEXT, RealSocket, Refused, free_port, run_apart
from vault.operations import staff_tokens

RESULT = "reconciliation_result"
LARGE = "x" * 100_000
EVENTS = 80
IDLE = 12
MEGABYTE = 1_048_576
CONTINUED = 0
SO_ATTACH_FILTER = 26
DROP_ALL = struct.pack("HBBI", 0x06, 0, 0, 0)


@pytest.fixture(scope="module")
def server(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """One for all of these; killed, it leaves no row by which another test would count it."""
    begun = Server(free_port(), tmp_path_factory.mktemp("server") / "log")
    process = begun.begin()
    try:
        yield begun
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        with django_db_blocker.unblock():
            LiveServer.objects.all().delete()


@pytest.fixture
def token(transactional_db: None) -> str:
    user = User.objects.create_superuser("amina.example", password="a long enough word")
    return staff_tokens.issue(user=user, at=clock.now()).text


def played(scene: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
    """What the scene answers, within LIMIT_S."""

    async def whole() -> Any:
        async with asyncio.timeout(LIMIT_S):
            return await scene()

    return run_apart(whole())


async def opened(server: Server, token: str) -> RealSocket:
    """A socket that was let in."""
    made = await RealSocket.connect(server.port, f"{PATH}?token={token}")
    assert await made.hear_until("connected")
    return made


async def seen(true: Callable[[], bool]) -> None:
    """Look until it is so; the scene has a limit."""
    while not await in_database(true):
        await asyncio.sleep(0.05)


def counted(clients: int) -> Callable[[], bool]:
    """Whether the server says that it has so many."""
    return lambda: [each.clients for each in LiveServer.objects.all()] == [clients]


def begun_since(moment: datetime) -> int:
    """How many connections to this database are younger, but for the one that asks."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
            " AND backend_start > %s",
            [moment],
        )
        return cursor.fetchone()[0]


def unplugged(client: RealSocket) -> None:
    """Nothing reaches this end any more, nor is it confirmed, as when a machine loses its net."""
    kept = ctypes.create_string_buffer(DROP_ALL)
    program = struct.pack("HP", 1, ctypes.addressof(kept))
    plug: socket.socket = client.writer.get_extra_info("socket")
    plug.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, program)


def say_piece(client: RealSocket, body: bytes, *, is_first: bool, is_last: bool) -> None:
    """A frame of a message that is sent in several."""
    head = (0x80 if is_last else 0) | (TEXT if is_first else CONTINUED)
    length = bytes([head, 0x80 | LENGTH_64]) + struct.pack(">Q", len(body))
    client.writer.write(length + bytes(4) + body)


class TestIdle:
    def test_no_socket_holds_a_connection_to_the_database_one_listens_for_all(
        self, server: Server, token: str
    ) -> None:
        async def scene() -> list[Any]:
            before = await in_database(clock.database_now)
            idle = await asyncio.gather(*(opened(server, token) for _ in range(IDLE)))
            await seen(counted(IDLE))
            await seen(lambda: begun_since(before) <= 1)
            for client in idle:
                client.say({"type": "ping"})
            return [(await client.hear_until("pong") or {})["type"] for client in idle]

        assert played(scene) == ["pong"] * IDLE


class TestGone:
    def test_who_takes_nothing_is_cut_off_and_its_connection_ends(
        self, server: Server, token: str
    ) -> None:
        async def scene() -> list[str]:
            deaf, reading = [await opened(server, token) for _ in range(2)]
            deaf.writer.transport.pause_reading()
            told = [
                (RESULT, {"sessionId": f"{number}", "text": LARGE}, None)
                for number in range(EVENTS)
            ]
            await in_database(lambda: tell_many(told))
            heard = []
            while len(heard) < EVENTS and (message := await reading.hear_until(RESULT)):
                heard.append(message["data"]["sessionId"])
            await seen(counted(1))
            await seen(lambda: server.connections() == 1)
            return heard

        heard = played(scene)

        assert heard == [f"{number}" for number in range(EVENTS)]
        assert "takes no more messages: TimeoutError" in server.log.read_text()

    def test_who_misses_two_heartbeats_is_closed_and_who_takes_them_is_not(
        self, server: Server, token: str
    ) -> None:
        async def scene() -> list[Any]:
            gone, silent = [await opened(server, token) for _ in range(2)]
            unplugged(gone)
            beats = 0
            while server.connections() > 1:
                beats += bool(await silent.hear_until("pong"))
            await seen(counted(1))
            silent.say({"type": "ping"})
            return [beats, (await silent.hear_until("pong") or {})["type"]]

        beats, answer = played(scene)

        assert 2 <= beats <= 8
        assert answer == "pong"

    def test_who_may_no_more_hears_why_by_the_code(self, server: Server, token: str) -> None:
        async def scene() -> list[Any]:
            client = await opened(server, token)
            await in_database(lambda: User.objects.update(is_active=False))
            said = await client.hear_until("error") or {}
            await client.hear()
            return [said.get("type"), client.code]

        assert played(scene) == ["error", 4401]


class TestFrames:
    def test_above_sixteen_megabytes_the_server_ends_it_and_nobody_else_notices(
        self, server: Server, token: str
    ) -> None:
        async def scene() -> list[Any]:
            large, quiet = [await opened(server, token) for _ in range(2)]
            large.say(b"x" * (17 * MEGABYTE))
            left = await large.hear_until("error")
            quiet.say({"type": "ping"})
            return [left, await quiet.hear_until("pong") is not None]

        assert played(scene) == [None, True]

    def test_a_message_in_large_pieces_is_refused_in_words(
        self, server: Server, token: str
    ) -> None:
        async def scene() -> list[Any]:
            client = await opened(server, token)
            for number in range(4):
                body = b"x" * (5 * MEGABYTE)
                say_piece(client, body, is_first=number == 0, is_last=number == 3)
            said = await client.hear_until("error") or {}
            await client.hear()
            return [said.get("code"), client.code]

        assert played(scene) == ["too_large", 1009]


class TestStrangers:
    def test_a_flood_of_handshakes_keeps_nobody_out_and_leaves_nothing(
        self, server: Server, token: str
    ) -> None:
        async def knock() -> int | None:
            client = await RealSocket.connect(server.port, f"{PATH}?token=none")
            await client.hear_until("nothing")
            client.leave()
            return client.code

        async def scene() -> set[int | None]:
            flood = [asyncio.create_task(knock()) for _ in range(300)]
            friend = await let_in(server, token)
            codes = set(await asyncio.gather(*flood))
            friend.leave()
            await seen(lambda: server.connections() == 0)
            return codes

        assert played(scene) <= {4401, 1013}

    def test_what_is_in_the_address_is_in_no_line_of_the_log(
        self, server: Server, token: str
    ) -> None:
        secret = f"token={token}"
        elsewhere = {"Origin": "https://evil.example"}

        async def scene() -> None:
            client = await opened(server, token)
            client.say(b"{")
            await client.hear_until("error")
            client.leave()
            for path, headers in (
                (f"{PATH}?{secret}x", {}), (f"{PATH}?{secret}&ticket={token}", {}),
                (f"{PATH}?{secret}", elsewhere), (f"/ws/other/?{secret}", {}),
            ):  # fmt: skip
                with suppress(Refused):
                    await (await RealSocket.connect(server.port, path, **headers)).hear()

        played(scene)
        statuses = [
            server.asked(f"{path}?{secret}")
            for path in (PATH, "/ws/other/", "/nowhere/", "/api/real-time-reconciliation/stats")
        ]

        assert statuses == [404, 404, 404, 401]
        log = server.log.read_text()
        assert "opened" in log
        assert token not in log
        assert token.split(".")[1] not in log


async def let_in(server: Server, token: str) -> RealSocket:
    """However often one has to knock."""
    while True:
        made = await RealSocket.connect(server.port, f"{PATH}?token={token}")
        if await made.hear_until("connected"):
            return made
        made.leave()
