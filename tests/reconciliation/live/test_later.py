"""Who keeps the socket: accounts, sessions and rights are looked at again and again; and a server
that leaves."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client

from config.processes import wait_until
from core.callers import Caller
from reconciliation.models import LiveServer
from reconciliation.operations.live import live_here, stop_here
from reconciliation.operations.live_client import Client as Watching
from reconciliation.operations.live_door import Proof, Visitor
from reconciliation.operations.live_hub import Hub
from tests.reconciliation.live.conftest import (
    Socket,
    in_database,
    the_cookie,
    the_ticket,
    token_of,
    waiting_for_a_lock,
)
from tests.sockets import run_apart
from tests.wire import MovedClock
from vault.models import Partner

Play = Callable[[Any], Any]
Hire = Callable[..., User]


def a_caller(partners: frozenset[UUID] | None) -> Caller:
    return Caller(actor="amina.example", origin="test", partners=partners, permissions=None)


class TestLater:
    @pytest.mark.parametrize("by", ["heartbeat", "command"])
    def test_who_may_no_more_is_told_and_closed(
        self, play: Play, hired: Hire, settings: Any, by: str
    ) -> None:
        users = [hired(username=f"person{number}.example") for number in range(4)]
        queries = [token_of(user) for user in users]
        settings.WS_HEARTBEAT_INTERVAL = 50 if by == "heartbeat" else 60_000

        def change() -> None:
            users[0].user_permissions.clear()
            User.objects.filter(pk=users[1].pk).update(is_active=False)
            User.objects.filter(pk=users[2].pk).update(is_staff=False)
            User.objects.filter(pk=users[3].pk).update(password="other")

        async def scene() -> list[int | None]:
            sockets = [await Socket(query).open() for query in queries]
            for socket in sockets:
                await socket.hear_until("connected")
            await in_database(change)
            for socket in sockets:
                if by == "command":
                    await socket.say({"type": "get_stats"})
                await socket.hear_until("error")
                assert await socket.hear() == {}
            return [socket.code for socket in sockets]

        assert play(scene) == [4403, 4401, 4403, 4401]

    def test_an_older_look_gives_no_right_back(
        self, engine_db: None, a_partner: Partner, moved: MovedClock
    ) -> None:
        visitor = partial(Visitor, user_id=1, proof=Proof(token="x"))
        before = visitor(caller=a_caller(None), seen_at=moved())
        after = visitor(
            caller=a_caller(frozenset([a_partner.pk])), seen_at=moved() + timedelta(seconds=1)
        )

        async def scene() -> list[Any]:
            hub, client = Hub(), Watching(before, now_s=0)
            hub.join(client)
            hub.look_anew(client, after)
            hub.look_anew(client, before)
            return [client.visitor, *hub.by_scope]

        assert run_apart(scene()) == [after, frozenset([a_partner.pk])]

    def test_a_look_that_fails_ends_that_socket_alone(
        self, play: Play, hired: Hire, page: Client, settings: Any
    ) -> None:
        settings.WS_HEARTBEAT_INTERVAL = 50
        ticket, cookie = the_ticket(page), the_cookie(page)
        query = token_of(hired(username="juma.example"))

        def bend() -> None:
            session = page.session
            session["_auth_user_id"] = "no number"
            session.save()

        async def scene() -> list[Any]:
            bent = await Socket(ticket, cookie=cookie).open()
            whole = await Socket(query).open()
            await bent.hear_until("connected")
            await in_database(bend)
            said = (await bent.hear_until("error"))[-1]
            await bent.hear()
            return [said["code"], bent.code, (await whole.hear_until("pong"))[-1]["type"]]

        assert play(scene) == ["failed", 1013, "pong"]

    def test_who_signs_out_is_out(self, play: Play, page: Client, settings: Any) -> None:
        ticket, cookie = the_ticket(page), the_cookie(page)
        settings.WS_HEARTBEAT_INTERVAL = 50

        async def scene() -> tuple[str, int | None]:
            socket = await Socket(ticket, cookie=cookie).open()
            await socket.hear_until("connected")
            await in_database(page.logout)
            said = (await socket.hear_until("error"))[-1]
            await socket.hear()
            return said["code"], socket.code

        assert play(scene) == ("session_ended", 4401)

    def test_who_loses_only_the_right_to_check_may_watch_on(self, play: Play, hired: Hire) -> None:
        user = hired()
        query = token_of(user)
        check = Permission.objects.get(codename="check_reconciliationrun")

        async def scene() -> list[dict[str, Any]]:
            socket = await Socket(query).open()
            await socket.hear_until("connected")
            await in_database(lambda: user.user_permissions.remove(check))
            await socket.say({"type": "reconcile_session", "sessionId": "x"})
            heard = await socket.hear_until("error")
            await socket.say({"type": "ping"})
            return [heard[-1], (await socket.hear_until("pong"))[-1]]

        refused, pong = play(scene)

        assert "reconciliation.check_reconciliationrun" in refused["message"]
        assert pong["type"] == "pong"


class TestServer:
    def test_one_that_leaves_while_it_is_being_counted_is_counted_no_more(
        self, play: Play
    ) -> None:
        server_id = uuid4()
        other = connection.copy()
        other.set_autocommit(False)
        with other.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {LiveServer._meta.db_table} (id, name, clients, started_at, seen_at)"
                " VALUES (%s, 'its count waits for this one', 0, now(), now())",
                [server_id],
            )

        async def scene() -> None:
            live_here().server_id = server_id
            try:
                while not await in_database(waiting_for_a_lock):
                    await asyncio.sleep(0.02)
                leaving = asyncio.create_task(stop_here())
                await asyncio.wait([leaving], timeout=0.3)
            finally:
                other.connection.rollback()
            await leaving

        play(scene)
        other.close()

        assert not wait_until(LiveServer.objects.exists, limit_s=0.3)
