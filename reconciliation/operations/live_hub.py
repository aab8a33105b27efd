"""The hub of one process: gives each event to every client that may see it, once."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Sequence
from uuid import UUID

from core import clock
from core.refusals import Refused
from reconciliation.operations.live_client import Client
from reconciliation.operations.live_door import Visitor
from reconciliation.operations.live_feed import Told
from reconciliation.rules import live_messages

CLIENTS_MAX = 2_000
CLIENTS_OF_ONE_USER_MAX = 20

# Whose rows somebody sees: of these partners, or (None) of all.
Scope = frozenset[UUID] | None


class Full(Refused):
    """No more sockets."""


class Hub:
    """`stirred` are the scopes whose figures have changed since they were last told; `turns` are
    held, by the person's id, while one has something checked."""

    def __init__(self) -> None:
        self.clients: dict[str, Client] = {}
        self.by_scope: dict[Scope, set[Client]] = defaultdict(set)
        self.of_user: Counter[int] = Counter()
        self.turns: defaultdict[int, asyncio.Lock] = defaultdict(asyncio.Lock)
        self.stirred: set[Scope] = set()

    def join(self, client: Client) -> None:
        """From now on it gets every event. Raises Full."""
        self.demand_room()
        if self.of_user[client.visitor.user_id] >= CLIENTS_OF_ONE_USER_MAX:
            raise Full(f"you have {CLIENTS_OF_ONE_USER_MAX} sockets open; close one first")
        self.clients[client.id] = client
        self.of_user[client.visitor.user_id] += 1
        self.by_scope[client.visitor.caller.partners].add(client)

    def demand_room(self) -> None:
        """Raises Full when nobody at all can join."""
        if len(self.clients) >= CLIENTS_MAX:
            raise Full(f"this server holds {CLIENTS_MAX} sockets already; try again in a minute")

    def leave(self, client: Client) -> None:
        """It is gone; also when it never joined."""
        if self.clients.pop(client.id, None) is None:
            return
        self.of_user[client.visitor.user_id] -= 1
        if not self.of_user[client.visitor.user_id]:
            del self.of_user[client.visitor.user_id]
            self.turns.pop(client.visitor.user_id, None)
        self._out_of_scope(client)

    def look_anew(self, client: Client, visitor: Visitor) -> None:
        """What the person may see was read again; what was read earlier changes nothing."""
        if visitor.seen_at < client.visitor.seen_at:
            return
        if client.id in self.clients and visitor.caller.partners != client.visitor.caller.partners:
            self._out_of_scope(client)
            self.by_scope[visitor.caller.partners].add(client)
        client.visitor = visitor

    def deliver(self, events: Sequence[Told]) -> None:
        """To everybody who may see it; the figures of all who may have changed."""
        at = clock.now()
        for event in events:
            seeing = [scope for scope in self.by_scope if _sees(scope, event.partner_id)]
            self.stirred.update(seeing)
            if event.kind not in live_messages.TOLD_KINDS:
                continue
            text = live_messages.event(event.kind, event.data)
            for scope in seeing:
                for client in self.by_scope[scope]:
                    client.offer(text, at=at)

    def tell_lost(self) -> None:
        """Events went by that nobody can tell any more."""
        at = clock.now()
        for client in self.clients.values():
            client.offer(live_messages.resync(at=at), at=at)

    def tell_scope(self, scope: Scope, text: str) -> None:
        """The same message to everybody who sees these rows."""
        at = clock.now()
        for client in self.by_scope.get(scope, ()):
            client.offer(text, at=at)

    def _out_of_scope(self, client: Client) -> None:
        scope = client.visitor.caller.partners
        self.by_scope[scope].discard(client)
        if not self.by_scope[scope]:
            del self.by_scope[scope]
            self.stirred.discard(scope)


def _sees(scope: Scope, partner_id: UUID | None) -> bool:
    return scope is None or partner_id in scope
