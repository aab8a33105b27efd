"""What happens later: events in the simulator and callbacks it wants delivered."""

import heapq
from collections import deque
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import datetime
from itertools import count
from typing import Any

CALLBACKS_KEPT_MAX = 100_000

Action = Callable[[datetime], None]


@dataclass(frozen=True, kw_only=True)
class PendingCallback:
    """A callback that is due: POST `body` to `url`, once, twice or never."""

    number: int
    kind: str
    originator_conversation_id: str
    url: str
    body: bytes
    due_at: datetime
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(kw_only=True)
class CallbackRecord:
    """What became of a callback: not handed over yet, handed over, delivered or not."""

    number: int
    kind: str
    originator_conversation_id: str
    url: str
    due_at: datetime
    handed_over: bool = False
    delivered: bool | None = None
    status: int | None = None
    problem: str = ""

    def as_json(self) -> dict[str, Any]:
        """The record with its moment as text."""
        return asdict(self) | {"due_at": self.due_at.isoformat()}


class Agenda:
    """Events and callbacks in the order of their moments; equal moments keep their order."""

    def __init__(self) -> None:
        self.records: deque[CallbackRecord] = deque(maxlen=CALLBACKS_KEPT_MAX)
        self._events: list[tuple[datetime, int, Action]] = []
        self._callbacks: list[tuple[datetime, int, PendingCallback, CallbackRecord]] = []
        self._handed_over: dict[int, CallbackRecord] = {}
        self._numbers = count(1)

    def at(self, moment: datetime, action: Action) -> None:
        """Do `action` at that moment."""
        heapq.heappush(self._events, (moment, next(self._numbers), action))

    def call_back(
        self, moment: datetime, *, kind: str, reference: str, url: str, body: bytes,
        headers: dict[str, str] | None = None,
    ) -> int:  # fmt: skip
        """Want this body delivered to `url` at that moment; its number."""
        number = next(self._numbers)
        shared: dict[str, Any] = {
            "number": number,
            "kind": kind,
            "originator_conversation_id": reference,
            "url": url,
            "due_at": moment,
        }
        record = CallbackRecord(**shared)
        self.records.append(record)
        pending = PendingCallback(**shared, body=body, headers=headers or {})
        heapq.heappush(self._callbacks, (moment, number, pending, record))
        return number

    def run(self, until: datetime) -> None:
        """Do everything that was due until that moment, each at its own moment."""
        while self._events and self._events[0][0] <= until:
            moment, _, action = heapq.heappop(self._events)
            action(moment)

    def due(self, until: datetime) -> list[PendingCallback]:
        """Hand over the callbacks that are due; each is handed over once."""
        handed: list[PendingCallback] = []
        while self._callbacks and self._callbacks[0][0] <= until:
            _, _, pending, record = heapq.heappop(self._callbacks)
            record.handed_over = True
            self._handed_over[record.number] = record
            handed.append(pending)
        return handed

    def delivered(
        self, number: int, *, status: int | None, problem: str = ""
    ) -> CallbackRecord | None:
        """Note how a delivery went; only an answer of the 200s counts as delivered.

        Gives the record, None for one that was noted before.
        """
        record = self._handed_over.pop(number, None)
        if record is not None:
            record.status = status
            record.problem = problem
            record.delivered = status is not None and 200 <= status < 300
        return record

    def next_moment(self) -> datetime | None:
        """When the next event or callback is due; None when nothing is to come."""
        heads = [queue[0][0] for queue in (self._events, self._callbacks) if queue]
        return min(heads) if heads else None
