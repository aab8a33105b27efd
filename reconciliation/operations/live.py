"""What one process with sockets does: feed, hub, heartbeats, figures, and being counted."""

import asyncio
import logging
import os
import socket
import uuid
from asyncio import AbstractEventLoop
from contextlib import suppress
from functools import partial
from typing import Any
from weakref import WeakKeyDictionary

from django.conf import settings
from django.db import DatabaseError

from core import clock
from core.masking import for_log
from reconciliation.models import LiveServer
from reconciliation.operations.live_client import Client
from reconciliation.operations.live_door import DoorClosed, Proof, Visitor, look_again
from reconciliation.operations.live_feed import Feed
from reconciliation.operations.live_hub import Hub, Scope
from reconciliation.operations.live_knocks import Knocks
from reconciliation.operations.live_threads import in_thread
from reconciliation.queries import statistics
from reconciliation.rules import live_messages

logger = logging.getLogger(__name__)

TICK_S = 1.0
FIGURES_EVERY_S = 2.0
COUNTED_EVERY_S = 10.0
NAME_LENGTH_MAX = 120
TRY_LATER = 1013
LOOK_FAILED = "Who you are could not be read, and the reason is in the log; connect again"
PASSING = frozenset({"uptimeSeconds", "oldestQueuedSeconds"})  # change by themselves

_here: WeakKeyDictionary[AbstractEventLoop, "Live"] = WeakKeyDictionary()


class Live:
    """Everything that the sockets of one event loop share."""

    def __init__(self) -> None:
        self.hub = Hub()
        self.knocks = Knocks()
        self.feed = Feed(self.hub.deliver, lost=self.hub.tell_lost)
        self.server_id = uuid.uuid4()
        self.started_at = clock.now()
        self.counted = (-1, 0.0)
        self.counting: asyncio.Task[None] | None = None
        self.figures_at_s = 0.0
        self.told: dict[Scope, dict[str, Any]] = {}
        self.tasks = [asyncio.create_task(self.feed.run()), asyncio.create_task(self._run())]

    async def stop(self) -> None:
        """Leave, and be counted no more: a count that is being written comes first."""
        for task in self.tasks:
            task.cancel()
        last = [self.counting] if self.counting else []
        await asyncio.gather(*self.tasks, *last, return_exceptions=True)
        _here.pop(asyncio.get_running_loop(), None)
        with suppress(DatabaseError):
            await in_thread(lambda: LiveServer.objects.filter(pk=self.server_id).delete())

    async def _run(self) -> None:
        while True:
            try:
                await self._tick()
            except DatabaseError as error:
                if self.feed.is_on.is_set():  # otherwise the feed has told it
                    logger.warning("The live page waits for the database: %s", for_log(str(error)))
            except Exception:
                logger.exception("A turn of the live page failed; it goes on")
            await asyncio.sleep(TICK_S)

    async def _tick(self) -> None:
        await self._be_counted()
        now_s = clock.stopwatch_s()
        if self.hub.stirred and now_s - self.figures_at_s >= FIGURES_EVERY_S:
            self.figures_at_s = now_s
            await self._tell_figures()
        await self._beat(now_s)

    async def _be_counted(self) -> None:
        now_s, clients = clock.stopwatch_s(), len(self.hub.clients)
        told, told_at_s = self.counted
        if told == clients and now_s - told_at_s < COUNTED_EVERY_S:
            return
        self.counting = asyncio.create_task(in_thread(lambda: _count(self, clients)))
        await asyncio.shield(self.counting)
        self.counted = (clients, now_s)
        self.hub.stirred.update(self.hub.by_scope)  # the queue may have changed without an event

    async def _tell_figures(self) -> None:
        self.told = {scope: self.told[scope] for scope in self.told if scope in self.hub.by_scope}
        for scope in list(self.hub.stirred):
            self.hub.stirred.discard(scope)
            found = await in_thread(partial(figures, scope))
            standing = {name: found[name] for name in found if name not in PASSING}
            if self.told.get(scope) != standing:
                self.told[scope] = standing
                self.hub.tell_scope(scope, live_messages.stats(found))

    async def _beat(self, now_s: float) -> None:
        """Each client once in an interval: still allowed, still there."""
        interval_s = settings.WS_HEARTBEAT_INTERVAL / 1000
        due = [each for each in self.hub.clients.values() if now_s - each.beats_at_s >= interval_s]
        if not due:
            return
        proofs = {each.visitor.proof for each in due}
        found = await in_thread(lambda: {proof: _looked(proof) for proof in proofs})
        for client in due:
            client.beats_at_s = now_s
            self.settle(client, found[client.visitor.proof])

    def settle(self, client: Client, found: Visitor | DoorClosed) -> None:
        """After a look at the account: a heartbeat, or the end."""
        at = clock.now()
        if isinstance(found, DoorClosed):
            client.end(found.close_code, live_messages.error(f"{found}", code=found.code, at=at))
            return
        self.hub.look_anew(client, found)
        client.offer(live_messages.pong(at=at), at=at)


def live_here() -> Live:
    """That of the running event loop, begun when the first socket asks."""
    loop = asyncio.get_running_loop()
    if loop not in _here:
        _here[loop] = Live()
    return _here[loop]


async def stop_here() -> None:
    """End what live_here began; also when it never did."""
    begun = _here.get(asyncio.get_running_loop())
    if begun is not None:
        await begun.stop()


def figures(scope: Scope) -> dict[str, Any]:
    """The figures of these partners, as they are now and as the source document names them."""
    return statistics.as_told(statistics.stats(partners=scope, at=clock.now()))


def _count(live: Live, clients: int) -> None:
    LiveServer.objects.update_or_create(
        pk=live.server_id,
        defaults={"clients": clients, "seen_at": clock.now()},
        create_defaults={
            "name": f"{socket.gethostname()} {os.getpid()}"[:NAME_LENGTH_MAX],
            "clients": clients,
            "started_at": live.started_at,
            "seen_at": clock.now(),
        },
    )


def _looked(proof: Proof) -> Visitor | DoorClosed:
    """Whatever is wrong with one, the others have their heartbeat."""
    try:
        return look_again(proof, at=clock.now())
    except DoorClosed as closed:
        return closed
    except DatabaseError:
        raise
    except Exception:
        logger.exception("A look at who holds a socket failed; it is closed")
        return DoorClosed(LOOK_FAILED, code="failed", close_code=TRY_LATER)
