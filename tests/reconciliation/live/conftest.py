"""A socket without a network: the ASGI door, spoken to in the protocol's own words."""

import asyncio
import json
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

import pytest
from asgiref.testing import ApplicationCommunicator
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client

from config import asgi
from core import clock
from reconciliation.consumers import PATH
from reconciliation.operations import live as live_module
from reconciliation.operations.live import stop_here
from reconciliation.operations.live_threads import in_thread
from tests.sockets import run_apart
from vault.models import Partner, StaffMember
from vault.operations import staff_tokens

LIMIT_S = 60
WATCH = "view_reconciliationrun"
CHECK = "check_reconciliationrun"
SEE_PAYOUTS = "view_disbursementrequest"


class Socket:
    """One client; `code` is that of the closing, once it is closed."""

    def __init__(
        self, query: str = "", *, path: str = PATH, address: str = "192.0.2.1", **headers: str
    ) -> None:
        self.code: int | None = None
        self.communicator = ApplicationCommunicator(
            asgi.live,
            {
                "type": "websocket",
                "path": path,
                "query_string": query.encode(),
                "client": (address, 5000),
                "headers": [
                    (name.encode(), value.encode())
                    for name, value in {"host": "testserver", **headers}.items()
                ],
                "subprotocols": [],
            },
        )

    async def open(self) -> "Socket":
        """Shake hands; `code` is set where it was refused."""
        await self.communicator.send_input({"type": "websocket.connect"})
        answer = await self.communicator.receive_output(LIMIT_S)
        if answer["type"] == "websocket.close":
            self.code = answer.get("code", 0)
        return self

    async def say(self, content: Any) -> None:
        """One frame of JSON, or of this text or these bytes as they are."""
        if isinstance(content, bytes):
            frame = {"bytes": content}
        else:
            frame = {"text": content if isinstance(content, str) else json.dumps(content)}
        await self.communicator.send_input({"type": "websocket.receive", **frame})

    async def hear(self) -> dict[str, Any]:
        """The next message; nothing where it was closed instead."""
        answer = await self.communicator.receive_output(LIMIT_S)
        if answer["type"] == "websocket.close":
            self.code = answer["code"]
            return {}
        return json.loads(answer["text"])

    async def hear_until(self, kind: str) -> list[dict[str, Any]]:
        """What comes up to and with the first of this kind."""
        heard = [await self.hear()]
        while heard[-1].get("type") != kind:
            heard.append(await self.hear())
        return heard

    async def leave(self) -> None:
        """Close it from this side."""
        await self.communicator.send_input({"type": "websocket.disconnect", "code": 1000})
        with suppress(asyncio.CancelledError):
            await self.communicator.wait(LIMIT_S)


@pytest.fixture
def play(
    engine_db: None, monkeypatch: pytest.MonkeyPatch
) -> Callable[[Callable[[], Coroutine[Any, Any, Any]]], Any]:
    """Run a scene in an event loop of its own, with a heart that beats quickly."""
    monkeypatch.setattr(live_module, "TICK_S", 0.02)

    def run(scene: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
        async def whole() -> Any:
            try:
                async with asyncio.timeout(3 * LIMIT_S):
                    return await scene()
            finally:
                await stop_here()

        return run_apart(whole())

    return run


@pytest.fixture
def hired(engine_db: None) -> Callable[..., User]:
    """A member of staff with these permissions, of one partner or of all."""

    def hire(
        *codenames: str, username: str = "amina.example", partner: Partner | None = None
    ) -> User:
        user = User.objects.create_user(username, password="a long enough word", is_staff=True)
        for codename in codenames or (WATCH, CHECK, SEE_PAYOUTS):
            user.user_permissions.add(Permission.objects.get(codename=codename))
        if partner:
            StaffMember.objects.create(user=user, partner=partner)
        return user

    return hire


def token_of(user: User) -> str:
    """As the query of the address."""
    return f"token={staff_tokens.issue(user=user, at=clock.now()).text}"


def waiting_for_a_lock() -> int:
    """How many sessions of this database do."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return cursor.fetchone()[0]


async def in_database(call: Callable[[], Any]) -> Any:
    """Change or read rows while sockets are open."""
    return await in_thread(call)


@pytest.fixture
def page(hired: Callable[..., User]) -> Client:
    """A signed-in page."""
    client = Client()
    client.force_login(hired())
    return client


def the_cookie(page: Client) -> str:
    """That of its session."""
    return f"sessionid={page.cookies['sessionid'].value}"


def the_ticket(page: Client) -> str:
    """As the query of the address."""
    return f"ticket={page.post('/admin/reconciliation/ticket/').json()['ticket']}"
