"""One client of the live page: what waits to be sent to it, and whether it keeps up."""

import asyncio
import secrets
from collections import deque
from datetime import datetime

from core import clock
from reconciliation.operations.live_door import Visitor
from reconciliation.rules import live_messages

WAITING_MAX = 2_000
LOSSES_MAX = 3
LOSSES_WITHIN_S = 60.0
LOSS_LASTS_S = 5.0
ID_BYTES = 6


class TooSlow(Exception):
    """It lost its messages again and again."""


class Client:
    """Messages wait in order. Too many of them are dropped as one, and the client is told.

    A storm fills the queue of one that reads well, too: what is lost within LOSS_LASTS_S is lost
    once.
    """

    def __init__(self, visitor: Visitor, *, now_s: float) -> None:
        self.id = secrets.token_hex(ID_BYTES)
        self.visitor = visitor
        self.beats_at_s = now_s
        self.end_with: tuple[int, str] | None = None
        self._waiting: deque[str] = deque()
        self._losses: list[float] = []
        self._something = asyncio.Event()

    def offer(self, text: str, *, at: datetime) -> None:
        """Let this be sent; never waits. Nothing follows the end."""
        if self.end_with is not None:
            return
        if len(self._waiting) >= WAITING_MAX:
            self._lose()
            self._waiting.append(live_messages.resync(at=at))
        self._waiting.append(text)
        self._something.set()

    def end(self, close_code: int, last_words: str = "") -> None:
        """Close it; what waits is not for it any more, `last_words` are its last message."""
        if self.end_with is None:
            self.end_with = (close_code, last_words)
            self._waiting.clear()
        self._something.set()

    async def next(self) -> str | None:
        """The next message; None: it is to be closed. Raises TooSlow."""
        while not self._waiting and self.end_with is None:
            self._something.clear()
            await self._something.wait()
        if len(self._losses) >= LOSSES_MAX:
            raise TooSlow
        return self._waiting.popleft() if self._waiting else None

    def _lose(self) -> None:
        self._waiting.clear()
        now_s = clock.stopwatch_s()
        self._losses = [each for each in self._losses if now_s - each < LOSSES_WITHIN_S]
        if not self._losses or now_s - self._losses[-1] >= LOSS_LASTS_S:
            self._losses.append(now_s)
