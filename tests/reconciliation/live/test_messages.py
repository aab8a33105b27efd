"""What is said on the socket: the source document's messages are a contract."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, connection, transaction

from core import clock
from disbursements.models import DisbursementRequest
from reconciliation.models import CheckRequest, LiveEvent, LiveServer
from reconciliation.operations import live as live_module
from reconciliation.operations.tell_live import tell, tell_many
from tests.reconciliation.live.conftest import Socket, in_database, token_of
from vault.models import Partner
from vault.operations.add_partner import add_partner

Play = Callable[[Any], Any]
Hire = Callable[..., User]
RESULT = "reconciliation_result"


def told(number: int = 1) -> dict[str, Any]:
    return {"sessionId": f"session-{number}", "status": "matched"}


def in_one_transaction(*events: Any) -> None:
    with transaction.atomic():
        tell_many(events)


class TestAsked:
    def test_ping_gets_pong(self, play: Play, hired: Hire) -> None:
        query = token_of(hired())

        async def scene() -> dict[str, Any]:
            socket = await Socket(query).open()
            await socket.say({"type": "ping"})
            return (await socket.hear_until("pong"))[-1]

        assert play(scene) == {"type": "pong", "timestamp": "2026-11-21T08:00:00.000Z"}

    def test_get_stats_gets_the_documented_figures(self, play: Play, hired: Hire) -> None:
        query = token_of(hired())

        async def scene() -> dict[str, Any]:
            socket = await Socket(query).open()
            await socket.hear()
            await socket.say({"type": "get_stats"})
            return (await socket.hear_until("reconciliation_stats"))[-1]

        assert {
            "totalProcessed", "successfulReconciliations", "failedReconciliations",
            "discrepanciesDetected", "averageProcessingTime", "activeReconciliations",
            "queueLength", "connectedClients", "lastProcessedAt",
        } <= set(play(scene)["data"])  # fmt: skip

    def test_reconcile_session_checks_it_and_tells_everybody(
        self, play: Play, hired: Hire, pay: Any
    ) -> None:
        row: DisbursementRequest = pay("00001")
        asking, watching = token_of(hired()), token_of(hired(username="juma.example"))

        async def scene() -> list[dict[str, Any]]:
            sockets = [await Socket(query).open() for query in (asking, watching)]
            for socket in sockets:
                await socket.hear_until("connected")
            await sockets[0].say({"type": "reconcile_session", "sessionId": f"{row.pk}"})
            return [(await socket.hear_until(RESULT))[-1] for socket in sockets]

        one, other = play(scene)

        assert one == other
        assert one["data"]["sessionId"] == str(row.pk)
        assert one["data"]["reconciliationMetadata"]["trigger"] == "manual_websocket"

    def test_what_is_wrong_is_answered_and_the_socket_stays(self, play: Play, hired: Hire) -> None:
        query = token_of(hired())
        frames = [
            "{", b"{}", {"type": "drop"}, {"type": "reconcile_session", "sessionId": "unknown-1"},
            '{"type": "reconcile_session", "sessionId": "\\u0000"}',
            '{"type": "reconcile_session", "sessionId": "\\ud800"}',
        ]  # fmt: skip

        async def scene() -> list[dict[str, Any]]:
            socket = await Socket(query).open()
            await socket.hear()
            wrong = []
            for frame in frames:
                await socket.say(frame)
                wrong.append((await socket.hear_until("error"))[-1])
            await socket.say({"type": "ping"})
            return [*wrong, (await socket.hear_until("pong"))[-1]]

        *wrong, _ = play(scene)

        assert all(set(each) == {"type", "code", "message", "timestamp"} for each in wrong)
        assert all("such as" in each["message"] for each in wrong)


class TestEvents:
    def test_each_reaches_each_client_once_after_the_commit(self, play: Play, hired: Hire) -> None:
        query = token_of(hired())
        tell(RESULT, told(0), None)

        async def scene() -> list[list[str]]:
            sockets = [await Socket(query).open() for _ in range(3)]
            for socket in sockets:
                await socket.hear_until("connected")
            await in_database(lambda: in_one_transaction(
                (RESULT, told(1), None), ("queue", {}, None), (RESULT, told(2), None)
            ))  # fmt: skip
            await in_database(rolled_back)
            await in_database(lambda: tell("discrepancy_alert", told(3), None))
            return [
                [each["data"]["sessionId"] for each in await socket.hear_until("discrepancy_alert")
                 if each["type"] != "reconciliation_stats"]
                for socket in sockets
            ]  # fmt: skip

        assert play(scene) == [["session-1", "session-2", "session-3"]] * 3

    def test_the_staff_of_a_partner_hear_of_their_own_only(
        self, play: Play, hired: Hire, a_partner: Partner
    ) -> None:
        other = add_partner(name="Other Example Ltd", actor="test", at=clock.now())
        theirs, everything = hired(partner=a_partner), hired(username="juma.example")
        queries = [token_of(theirs), token_of(everything)]

        async def scene() -> list[list[str]]:
            sockets = [await Socket(query).open() for query in queries]
            for socket in sockets:
                await socket.hear_until("connected")
            await in_database(lambda: in_one_transaction(
                (RESULT, told(1), other.pk), (RESULT, told(2), None),
                ("discrepancy_alert", told(3), a_partner.pk),
            ))  # fmt: skip
            return [
                [each["data"]["sessionId"] for each in await socket.hear_until("discrepancy_alert")
                 if each["type"] != "reconciliation_stats"]
                for socket in sockets
            ]  # fmt: skip

        assert play(scene) == [["session-3"], ["session-1", "session-2", "session-3"]]

    def test_figures_follow_what_changed(
        self, play: Play, hired: Hire, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(live_module, "FIGURES_EVERY_S", 0.01)
        query = token_of(hired())

        async def scene() -> list[int]:
            socket = await Socket(query).open()
            first = (await socket.hear_until("reconciliation_stats"))[-1]
            while first["data"]["connectedClients"] != 1:
                first = (await socket.hear_until("reconciliation_stats"))[-1]
            await in_database(queued)
            second = (await socket.hear_until("reconciliation_stats"))[-1]
            return [each["data"]["queueLength"] for each in (first, second)]

        assert play(scene) == [0, 1]
        assert not LiveServer.objects.exists()

    def test_woken_once_however_much_is_told(self, engine_db: None) -> None:
        with transaction.atomic():
            tell(RESULT, told(1), None)
            tell(RESULT, told(2), None)
            waking = len(connection.run_on_commit)

        assert waking == 1
        assert LiveEvent.objects.count() == 2

    def test_nobody_answers_at_redis_and_nothing_is_lost(
        self, play: Play, hired: Hire, settings: Any
    ) -> None:
        settings.REDIS_URL = "redis://127.0.0.1:1/0"
        query = token_of(hired())

        async def scene() -> list[dict[str, Any]]:
            socket = await Socket(query).open()
            await socket.hear_until("connected")
            await in_database(lambda: tell(RESULT, told(1), None))
            return await socket.hear_until(RESULT)

        assert play(scene)[-1]["data"] == told(1)


def queued() -> None:
    """One check waits, and it is told."""
    with transaction.atomic():
        CheckRequest.objects.create(
            subject_kind="payment", subject_id="1", trigger="change", priority=1, actor="test",
            due_at=clock.now(),
        )  # fmt: skip
        tell("queue", {}, None)


def rolled_back() -> None:
    """A transaction that tells something and fails."""
    try:
        with transaction.atomic():
            tell(RESULT, told(99), None)
            LiveEvent.objects.create(kind=RESULT, data=None)
    except IntegrityError:
        return
