"""Clients of live servers, in a thread of their own: what each heard, and where."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from threading import Thread

from reconciliation.consumers import PATH
from tests.sockets import RealSocket, Refused

RESULT = "reconciliation_result"


@dataclass
class Watcher:
    """One client. When its server dies it goes to the other one, as a browser behind a proxy."""

    ports: Sequence[int]
    heard: list[str] = field(default_factory=list)
    moves: int = 0
    is_there: bool = False

    async def watch(self, query: str) -> None:
        """For ever."""
        while True:
            socket = await self._opened(query)
            while (message := await socket.hear()) is not None:
                if message["type"] == RESULT:
                    self.heard.append(key_of(message["data"]))
            self.is_there = False
            self.moves += 1

    async def _opened(self, query: str) -> RealSocket:
        while True:
            for port in self.ports:
                try:
                    socket = await RealSocket.connect(port, PATH + query)
                except (OSError, Refused, asyncio.IncompleteReadError):
                    await asyncio.sleep(0.1)
                    continue
                if ((await socket.hear()) or {}).get("type") == "connected":
                    self.is_there = True
                    return socket


class Watchers:
    """`with Watchers(watchers, query=…):` they listen meanwhile."""

    def __init__(self, watchers: Sequence[Watcher], *, query: str) -> None:
        self.watchers = watchers
        self.query = query
        self.loop = asyncio.new_event_loop()
        self.thread = Thread(target=self._run, daemon=True, name="watchers")

    def __enter__(self) -> "Watchers":
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.loop.call_soon_threadsafe(self._all.cancel)
        self.thread.join(60)

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        self._all = self.loop.create_task(self._watch())
        try:
            self.loop.run_until_complete(self._all)
        except asyncio.CancelledError:
            self.loop.close()

    async def _watch(self) -> None:
        await asyncio.gather(*(each.watch(self.query) for each in self.watchers))


def key_of(data: dict[str, object]) -> str:
    """What tells one result from another of the same subject."""
    made = data["reconciliationMetadata"]
    assert isinstance(made, dict)
    return f"{data['sessionId']} {made['timestamp']} {data['status']} {made['trigger']}"
