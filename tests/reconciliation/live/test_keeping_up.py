"""The feed finds what commits late, and a client that does not read is told so."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection

from core import clock
from reconciliation.models import LiveEvent
from reconciliation.operations import live_client
from reconciliation.operations.live import live_here
from reconciliation.operations.live_client import Client, TooSlow
from reconciliation.operations.live_feed import GAP_LIVES_S, Place
from reconciliation.operations.tell_live import tell
from tests.reconciliation.live.conftest import Socket, in_database, token_of
from tests.sockets import run_apart

Play = Callable[[Any], Any]
Hire = Callable[..., User]
RESULT = "reconciliation_result"


class TestPlace:
    def test_what_commits_late_is_looked_for_until_it_is_too_old(self) -> None:
        place = Place()
        place.begin([3, 5], now_s=0)

        place.pass_over([8, 9], now_s=1)
        missing = set(place.gaps)
        place.pass_over([6], now_s=2)
        later = set(place.gaps)
        place.pass_over([], now_s=GAP_LIVES_S + 0.5)

        assert (missing, later, set(place.gaps)) == ({4, 6, 7}, {4, 7}, {7})
        assert place.last_id == 9

    def test_a_jump_of_the_numbers_is_no_million_of_gaps(self) -> None:
        place = Place()
        place.begin([], now_s=0)

        place.pass_over([5_000_000], now_s=1)

        assert len(place.gaps) == 10_000


class TestSlow:
    def test_too_much_waits_and_becomes_one_resync(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(live_client, "WAITING_MAX", 3)
        monkeypatch.setattr(live_client, "LOSS_LASTS_S", 0)
        at = clock.now()

        async def scene(count: int) -> list[str]:
            client = Client(None, now_s=0)  # type: ignore[arg-type]
            for number in range(count):
                client.offer(f'{{"type": "{number}"}}', at=at)
            return [json.loads(await client.next() or "{}")["type"] for _ in range(2)]

        assert run_apart(scene(4)) == ["resync", "3"]
        with pytest.raises(TooSlow):
            run_apart(scene(12))

    def test_a_storm_is_one_loss_and_cuts_nobody_off(self) -> None:
        at = clock.now()

        async def scene() -> list[str]:
            client = Client(None, now_s=0)  # type: ignore[arg-type]
            for number in range(5 * live_client.WAITING_MAX):
                client.offer(f'{{"type": "{number}"}}', at=at)
            return [json.loads(await client.next() or "{}")["type"] for _ in range(2)]

        assert run_apart(scene())[0] == "resync"


class TestLost:
    def test_a_database_that_went_back_makes_everybody_read_anew(
        self, play: Play, hired: Hire
    ) -> None:
        query = token_of(hired())

        async def scene() -> list[str]:
            socket = await Socket(query).open()
            await socket.hear_until("connected")
            await in_database(lambda: tell(RESULT, {"sessionId": "before"}, None))
            await socket.hear_until(RESULT)
            live_here().feed.place.last_id += 1_000_000
            await in_database(end_the_feeds_session)
            await socket.hear_until("resync")
            await in_database(lambda: tell(RESULT, {"sessionId": "after"}, None))
            return (await socket.hear_until(RESULT))[-1]["data"]["sessionId"]

        assert play(scene) == "after"


def end_the_feeds_session() -> None:
    """As a failover does, to the one that reads events."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid() AND query LIKE %s",
            [f"%{LiveEvent._meta.db_table} WHERE id > %"],
        )
        assert cursor.fetchone()[0] >= 1
