"""The feed: reads each event once, in whatever order they were committed, and hands it on.

An id that is missing belongs to a transaction that commits later, or was rolled back: it is
looked for until it is too old to come. One feed per process; each lost connection is made anew.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from uuid import UUID

import psycopg
from django.db import connection

from core import clock
from core.masking import for_log
from reconciliation.operations.wake_ups import wake_ups

logger = logging.getLogger(__name__)

LOOK_EVERY_S = 2.0
GATHER_S = 0.01  # many commits at once are read together
ANSWER_LIMIT_S = 10
GAP_LIVES_S = 60.0
GAPS_MAX = 10_000
BATCH = 500
LOOK_BACK = 500
PAUSES_S = (0.1, 0.5, 1.0, 2.0)
TOLD_EVERY = 30  # failures in a row
KEEPALIVE = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3}
READ = (
    "(SELECT id, kind, partner_id, data::text FROM reconciliation_live_events"
    " WHERE id = ANY(%s)) UNION ALL "
    "(SELECT id, kind, partner_id, data::text FROM reconciliation_live_events"
    " WHERE id > %s ORDER BY id LIMIT %s)"
)
NEWEST = "SELECT id FROM reconciliation_live_events ORDER BY id DESC LIMIT %s"


@dataclass(frozen=True)
class Told:
    """One event; `data` is JSON as the database writes it."""

    id: int
    kind: str
    partner_id: UUID | None
    data: str


@dataclass
class Place:
    """How far the events were read. `gaps` is {missing id: since when, in seconds}."""

    last_id: int = 0
    gaps: dict[int, float] = field(default_factory=dict)

    def begin(self, newest: Sequence[int], *, now_s: float) -> None:
        """Begin after the newest, watching for those between that are not committed yet."""
        self.last_id = max(newest, default=0)
        self._miss(range(min(newest, default=0), self.last_id), known=set(newest), now_s=now_s)

    def pass_over(self, ids: Iterable[int], *, now_s: float) -> None:
        """These were read."""
        found = set(ids)
        for each in found:
            self.gaps.pop(each, None)
        newest = max(found, default=0)
        if newest > self.last_id:
            first = max(self.last_id + 1, newest - GAPS_MAX)
            self._miss(range(first, newest), known=found, now_s=now_s)
            self.last_id = newest
        self.gaps = {each: s for each, s in self.gaps.items() if now_s - s < GAP_LIVES_S}

    def _miss(self, ids: range, *, known: set[int], now_s: float) -> None:
        self.gaps |= {each: now_s for each in ids if each not in known}
        for each in sorted(self.gaps)[:-GAPS_MAX]:
            del self.gaps[each]


class Feed:
    """`deliver` gets each batch once, oldest first; `lost` is told where some will never come."""

    def __init__(
        self, deliver: Callable[[Sequence[Told]], None], *, lost: Callable[[], None]
    ) -> None:
        self.deliver = deliver
        self.lost = lost
        self.place = Place()
        self.has_begun = False
        self.is_on = asyncio.Event()

    async def run(self) -> None:
        """For ever, whatever happens to the database."""
        failures = 0
        while True:
            try:
                await self._follow()
            except (psycopg.Error, OSError, TimeoutError) as error:
                failures = 0 if self.is_on.is_set() else failures + 1
                if failures < 2 or failures % TOLD_EVERY == 0:
                    logger.warning("Live events wait for the database: %s", for_log(str(error)))
            except Exception:
                failures += 1
                logger.exception("The feed of live events failed; it goes on")
            self.is_on.clear()
            await asyncio.sleep(PAUSES_S[min(failures, len(PAUSES_S) - 1)])

    async def _follow(self) -> None:
        async with asyncio.timeout(ANSWER_LIMIT_S):
            session = await connect()
        waking = wake_ups(session)
        try:
            async with asyncio.timeout(ANSWER_LIMIT_S):
                await waking.begin()
            await self._begin(session)
            while True:
                await self._read(session, self.place)
                self.is_on.set()
                await waking.wait(LOOK_EVERY_S)
                await asyncio.sleep(GATHER_S)
        finally:
            await waking.end()
            with suppress(psycopg.Error, OSError):
                await session.close()

    async def _begin(self, session: psycopg.AsyncConnection) -> None:
        """The first time; and again where the database went back, to a copy that lacks the end."""
        newest = [row[0] for row in await _rows(session, NEWEST, [LOOK_BACK])]
        went_back = max(newest, default=self.place.last_id) < self.place.last_id
        if self.has_begun and not went_back:
            return
        self.place = Place()
        self.place.begin(newest, now_s=clock.stopwatch_s())
        if went_back:
            self.lost()
        self.has_begun = True

    async def _read(self, session: psycopg.AsyncConnection, place: Place) -> None:
        while True:
            values = [list(place.gaps), place.last_id, BATCH]
            rows = await _rows(session, READ, values)
            found = sorted((Told(*row) for row in rows), key=lambda each: each.id)
            place.pass_over((each.id for each in found), now_s=clock.stopwatch_s())
            if found:
                self.deliver(found)
            if len(found) < BATCH:
                return
            await asyncio.sleep(GATHER_S)  # the clients send what they have got


async def connect() -> psycopg.AsyncConnection:
    """A connection of its own to Django's database, outside of any pool."""
    known = connection.get_connection_params()
    for name in ("cursor_factory", "context"):
        known.pop(name, None)
    options = KEEPALIVE | {"connect_timeout": ANSWER_LIMIT_S // 2} | known
    return await psycopg.AsyncConnection.connect(**options, autocommit=True)


async def _rows(
    session: psycopg.AsyncConnection, statement: str, values: Sequence[object]
) -> list[tuple]:
    async with asyncio.timeout(ANSWER_LIMIT_S):
        cursor = await session.execute(statement.encode(), values)
        return await cursor.fetchall()
