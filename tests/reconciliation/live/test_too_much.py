"""Too many frames, too long ones, too many sockets, checks that wait: nobody else is slowed."""

import asyncio
import gc
import threading
import weakref
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

import pytest
from django.contrib.auth.models import User

from config import asgi
from core.locks import session_lock
from disbursements.models import DisbursementRequest
from reconciliation import consumers
from reconciliation.models import CheckRequest
from reconciliation.operations import check_now, live_hub, live_knocks
from reconciliation.operations.claim_checks import lock_of
from reconciliation.operations.live_door import address_of_knock
from reconciliation.operations.live_hub import Full
from reconciliation.operations.live_knocks import AT_ONCE_MAX, Knocks
from reconciliation.operations.live_threads import THREADS, in_thread
from tests.reconciliation.live.conftest import (
    LIMIT_S,
    Socket,
    in_database,
    token_of,
    waiting_for_a_lock,
)

Play = Callable[[Any], Any]
Hire = Callable[..., User]
RESULT = "reconciliation_result"


def asked_for(row: DisbursementRequest) -> CheckRequest:
    return CheckRequest(subject_kind="disbursement", subject_id=str(row.pk))


class TestTooMuch:
    def test_a_frame_that_is_too_long_closes_the_socket(self, play: Play, hired: Hire) -> None:
        query = token_of(hired())

        async def scene() -> list[Any]:
            socket = await Socket(query).open()
            await socket.hear()
            await socket.say('"' + "x" * 5_000 + '"')
            said = await socket.hear_until("error")
            await socket.hear()
            return [said[-1]["message"], socket.code]

        assert play(scene) == ["A message has at most 4096 bytes", 1009]

    def test_a_flood_is_closed_and_slows_nobody(self, play: Play, hired: Hire) -> None:
        query = token_of(hired())

        async def scene() -> list[Any]:
            flooding, quiet = [await Socket(query).open() for _ in range(2)]
            await flooding.hear()
            for _ in range(200):
                await flooding.say("{")
            await quiet.say({"type": "ping"})
            heard = await quiet.hear_until("pong")
            said = await flooding.hear_until("error")
            while flooding.code is None:
                said.append(await flooding.hear())
            return [heard[-1]["type"], said[-2]["code"], flooding.code]

        assert play(scene) == ["pong", "flood", 1008]

    def test_checks_that_wait_for_a_lock_keep_nobody_else_waiting(
        self, play: Play, hired: Hire, pay: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(check_now, "BUSY_WAIT_S", 2 * LIMIT_S)
        people = [hired(username=f"person{number}.example") for number in range(THREADS + 1)]
        *checking, quiet = [token_of(user) for user in people]
        row: DisbursementRequest = pay("00001")
        is_free = threading.Event()

        async def scene() -> list[Any]:
            sockets = [await Socket(query).open() for query in (*checking, checking[0])]
            for socket in sockets:
                await socket.hear_until("connected")
                await socket.say({"type": "reconcile_session", "sessionId": str(row.pk)})
            while await in_database(waiting_for_a_lock) < THREADS:
                await asyncio.sleep(0.05)
            other = await Socket(quiet).open()
            await other.say({"type": "ping"})
            await other.hear_until("pong")
            is_free.set()
            return [[(await each.hear_until(RESULT))[-1]["data"]["sessionId"] for _ in sockets]
                    for each in sockets]  # fmt: skip

        with ThreadPoolExecutor(1) as pool:
            with session_lock(lock_of(asked_for(row)), wait_s=1):
                playing = pool.submit(play, scene)
                answered = is_free.wait(LIMIT_S)
            told = playing.result()

        assert answered
        assert told == [[str(row.pk)] * (THREADS + 1)] * (THREADS + 1)

    def test_what_somebody_else_checks_is_refused_after_a_while(
        self, play: Play, hired: Hire, pay: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(check_now, "BUSY_WAIT_S", 0.05)
        query = token_of(hired())
        row: DisbursementRequest = pay("00001")

        async def scene() -> str:
            socket = await Socket(query).open()
            await socket.say({"type": "reconcile_session", "sessionId": str(row.pk)})
            return (await socket.hear_until("error"))[-1]["code"]

        with session_lock(lock_of(asked_for(row)), wait_s=1):
            assert play(scene) == "refused"

    def test_one_person_holds_a_handful_of_sockets(
        self, play: Play, hired: Hire, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(live_hub, "CLIENTS_OF_ONE_USER_MAX", 2)
        query, other = token_of(hired()), token_of(hired(username="juma.example"))

        async def scene() -> list[Any]:
            sockets, said = [], []
            for each in (query, query, query, other):
                sockets.append(await Socket(each).open())
                said.append((await sockets[-1].hear())["type"])
            await sockets[0].leave()
            sockets.append(await Socket(query).open())
            return [*said, (await sockets[-1].hear())["type"]]

        assert play(scene) == ["connected", "connected", "error", "connected", "connected"]


class TestKnocks:
    def test_a_crowd_at_the_door_is_refused_at_once_and_its_like_alone(
        self, play: Play, hired: Hire, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(live_knocks, "OF_ONE_ADDRESS_MAX", 2)
        query, gate = token_of(hired()), threading.Event()

        async def scene() -> list[Any]:
            held = [asyncio.create_task(in_thread(gate.wait)) for _ in range(THREADS)]
            try:
                crowd = [await Socket(query).open() for _ in range(3)]
                refused = await crowd[2].hear()
                await crowd[2].hear()
                other = await Socket(query, address="192.0.2.2").open()
            finally:
                gate.set()
            first = [(await each.hear())["type"] for each in (crowd[0], crowd[1], other)]
            again = await Socket(query).open()
            first.append((await again.hear())["type"])
            await asyncio.gather(*held)
            return [refused["code"], crowd[2].code, *first]

        assert play(scene) == ["full", 1013, *["connected"] * 4]

    def test_all_of_a_crowd_from_everywhere_has_a_limit(self) -> None:
        knocks = Knocks()

        with ExitStack() as door:
            for number in range(AT_ONCE_MAX):
                door.enter_context(knocks.one_more(f"192.0.2.{number}"))
            with pytest.raises(Full):
                door.enter_context(knocks.one_more("192.0.2.200"))

        assert len(knocks.of) == 0

    @pytest.mark.parametrize(("proxies", "expected"), [(0, "10.0.0.9"), (1, "192.0.2.7")])
    def test_behind_our_proxy_it_is_the_sender_who_counts(
        self, settings: Any, proxies: int, expected: str
    ) -> None:
        settings.VAULT_TRUSTED_PROXIES = proxies

        found = address_of_knock("10.0.0.9", {"x-forwarded-for": "6.6.6.6, 192.0.2.7"})

        assert found == expected


class Wire:
    """What a server's `send` is: it takes the first messages, then perhaps none any more."""

    def __init__(self, *, takes: int) -> None:
        self.takes = takes
        self.is_used = asyncio.Event()

    async def __call__(self, message: Any) -> None:
        self.takes -= 1
        self.is_used.set()
        if self.takes < 0:
            await asyncio.Event().wait()


class TestGone:
    @pytest.mark.parametrize("how", ["leaves", "is refused", "takes nothing"])
    def test_nothing_holds_the_connection_of_who_is_gone(
        self, play: Play, hired: Hire, monkeypatch: pytest.MonkeyPatch, how: str
    ) -> None:
        monkeypatch.setattr(consumers, "SEND_LIMIT_S", 0.05)
        monkeypatch.setattr(consumers, "GOODBYE_LIMIT_S", 0.05)
        asked = Socket("" if how == "is refused" else token_of(hired())).communicator.scope

        async def scene() -> weakref.ref[Wire]:
            coming: asyncio.Queue[Any] = asyncio.Queue()
            coming.put_nowait({"type": "websocket.connect"})
            wire = Wire(takes=1 if how == "takes nothing" else 99)
            whole = asyncio.create_task(asgi.live(asked, coming.get, wire))
            await wire.is_used.wait()
            if how == "leaves":
                coming.put_nowait({"type": "websocket.disconnect"})
            await whole
            there = weakref.ref(wire)
            del wire, whole
            await asyncio.sleep(0.2)
            return there

        gc.collect()
        gc.disable()
        try:
            assert play(scene)() is None
        finally:
            gc.enable()
