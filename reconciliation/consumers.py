"""The socket `/ws/real-time-reconciliation`: the messages of the source document, and its door."""

import asyncio
import logging
from contextlib import suppress
from typing import Any

from channels.exceptions import StopConsumer
from channels.generic.websocket import AsyncWebsocketConsumer
from django.db import DatabaseError

from core import clock
from core.masking import for_log
from core.refusals import Refused
from reconciliation.operations import live_door
from reconciliation.operations.check_now import check_now
from reconciliation.operations.live import Live, figures, live_here
from reconciliation.operations.live_client import Client, TooSlow
from reconciliation.operations.live_door import DoorClosed, Visitor
from reconciliation.operations.live_hub import Full
from reconciliation.operations.live_threads import in_thread
from reconciliation.rules import live_messages
from reconciliation.rules.live_frames import Allowance, BadFrame, Command, TooLarge, read_frame

logger = logging.getLogger(__name__)

PATH = "/ws/real-time-reconciliation"
TRIGGER = "manual_websocket"
FRAMES_PER_SECOND = 20
FRAMES_AT_ONCE = 40
FLOOD = 1008
TOO_LARGE = 1009
TRY_LATER = 1013
SEND_LIMIT_S = 20
GOODBYE_LIMIT_S = 5
FEED_LIMIT_S = 5
DATABASE_DOWN = "The database does not answer; try again in a few seconds"
FAILED = "This failed on our side and is in the log; try again, or tell an administrator"


class ReconciliationConsumer(AsyncWebsocketConsumer):
    """One socket. What is sent goes through `client`, so that order holds and nobody waits."""

    live: Live
    client: Client | None = None
    tasks: tuple[asyncio.Task, ...] = ()
    is_closing = False
    goodbye: tuple[int, str] | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Until the client leaves, or has to.

        The server tells nobody of a closing while we wait for a message: that is ended first.
        """
        self.whole = asyncio.current_task()
        try:
            await super().__call__(scope, receive, send)
        except asyncio.CancelledError:
            if not self.is_closing:
                raise
            await self._say_goodbye()
        finally:
            self._left()

    async def dispatch(self, message: dict[str, Any]) -> None:
        """Without a hop to another thread for each frame, as channels makes it."""
        handlers = {
            "websocket.connect": self.websocket_connect,
            "websocket.receive": self.websocket_receive,
            "websocket.disconnect": self.websocket_disconnect,
        }
        await handlers[message["type"]](message)

    async def websocket_connect(self, message: dict[str, Any]) -> None:  # noqa: ARG002
        """Another page's socket is refused; everybody else learns why they may not come in."""
        headers = {each.decode("latin-1"): value.decode("latin-1")
                   for each, value in self.scope["headers"]}  # fmt: skip
        if not live_door.origin_is_ours(headers):
            await self.close()
            raise StopConsumer
        await self.accept()
        await self._knock(headers)

    async def _knock(self, headers: dict[str, str]) -> None:
        self.live = live_here()
        self.allowance = Allowance(
            burst=FRAMES_AT_ONCE, per_second=FRAMES_PER_SECOND, now_s=clock.stopwatch_s()
        )
        client, _ = self.scope.get("client") or ("", 0)
        try:
            with self.live.knocks.one_more(live_door.address_of_knock(client, headers)):
                self.live.hub.demand_room()
                self._let_in(await self._admitted(headers))
        except DoorClosed as closed:
            await self._refuse(f"{closed}", code=closed.code, close_code=closed.close_code)
        except Full as full:
            await self._refuse(f"{full}", code="full", close_code=TRY_LATER)
        except (DatabaseError, TimeoutError) as error:
            logger.warning("A socket was not opened: %s", for_log(str(error)))
            await self._refuse(DATABASE_DOWN, code="database_down", close_code=TRY_LATER)
        except Exception:
            logger.exception("A socket was not opened")
            await self._refuse(FAILED, code="failed", close_code=TRY_LATER)

    async def _admitted(self, headers: dict[str, str]) -> Visitor:
        """Who it is, once the events of the future are sure to come."""
        query = self.scope["query_string"].decode("latin-1")
        visitor = await in_thread(
            lambda: live_door.admit(query=query, headers=headers, at=clock.now())
        )
        async with asyncio.timeout(FEED_LIMIT_S):
            await self.live.feed.is_on.wait()
        return visitor

    def _let_in(self, visitor: Visitor) -> None:
        at = clock.now()
        client = Client(visitor, now_s=clock.stopwatch_s())
        client.offer(live_messages.connected(client_id=client.id, at=at), at=at)
        self.live.hub.join(client)
        self.client = client
        logger.debug("Socket %s of %s opened", client.id, visitor.caller.actor)
        self.commands: asyncio.Queue[Command] = asyncio.Queue(FRAMES_AT_ONCE)
        self.tasks = (
            asyncio.create_task(self._write(client)),
            asyncio.create_task(self._work(client)),
        )

    async def websocket_receive(self, message: dict[str, Any]) -> None:
        """One frame: too many or too long ends it, anything else wrong is answered."""
        client = self.client
        if client is None or client.end_with is not None:
            return
        if not self.allowance.take(now_s=clock.stopwatch_s()) or self.commands.full():
            self._end(FLOOD, f"At most {FRAMES_PER_SECOND} messages a second", code="flood")
            return
        try:
            self.commands.put_nowait(read_frame(message.get("text"), message.get("bytes")))
        except TooLarge as large:
            self._end(TOO_LARGE, f"{large}", code="too_large")
        except BadFrame as bad:
            self._say_error(f"{bad}", code="bad_message")

    async def _work(self, client: Client) -> None:
        """One command after the other, so that a client holds one thread at most."""
        while client.end_with is None:
            await self._obey(client, await self.commands.get())

    async def _obey(self, client: Client, command: Command) -> None:
        """Who may is read anew, then it is done, both in one thread."""
        try:
            visitor, answer = await self._done(client, command)
        except DoorClosed as closed:
            self._end(closed.close_code, f"{closed}", code=closed.code)
        except Refused as refused:
            self._say_error(f"{refused}", code="refused")
        except DatabaseError as error:
            logger.warning("A command on a socket failed: %s", for_log(str(error)))
            self._say_error(DATABASE_DOWN, code="database_down")
        except Exception:
            logger.exception("A command on a socket failed")
            self._say_error(FAILED, code="failed")
        else:
            self.live.hub.look_anew(client, visitor)
            if answer:
                client.offer(answer, at=clock.now())

    async def _done(self, client: Client, command: Command) -> tuple[Visitor, str]:
        """A person with many sockets has one check made at a time."""
        if not command.session_id:
            return await in_thread(lambda: _done(client.visitor, command))
        async with self.live.hub.turns[client.visitor.user_id]:
            return await in_thread(lambda: _done(client.visitor, command), checks=True)

    async def websocket_disconnect(self, message: dict[str, Any]) -> None:  # noqa: ARG002
        """The client left."""
        raise StopConsumer

    async def _write(self, client: Client) -> None:
        """Send what waits. A client that takes nothing is cut off; others never wait for it."""
        try:
            while (text := await client.next()) is not None:
                async with asyncio.timeout(SEND_LIMIT_S):
                    await self.send(text_data=text)
            self._finish(client.end_with)
        except (TooSlow, TimeoutError, OSError, RuntimeError) as error:
            logger.warning("A socket takes no more messages: %s", type(error).__name__)
            self._finish()
        except Exception:
            logger.exception("A socket could not be written to")
            self._finish()

    def _finish(self, goodbye: tuple[int, str] | None = None) -> None:
        """Without a goodbye where nothing is taken any more."""
        self.is_closing, self.goodbye = True, goodbye
        if self.whole is not None:
            self.whole.cancel()

    async def _refuse(self, message: str, *, code: str, close_code: int) -> None:
        logger.debug("A socket was refused: %s, closed with %s", code, close_code)
        self.goodbye = (close_code, live_messages.error(message, code=code, at=clock.now()))
        await self._say_goodbye()
        raise StopConsumer

    async def _say_goodbye(self) -> None:
        """It is not waited for long, nor is an answer."""
        if self.goodbye is None:
            return
        close_code, text = self.goodbye
        with suppress(TimeoutError, OSError, RuntimeError):  # it may have left meanwhile
            async with asyncio.timeout(GOODBYE_LIMIT_S):
                if text:
                    await self.send(text_data=text)
                await self.close(close_code)

    def _say_error(self, message: str, *, code: str) -> None:
        at = clock.now()
        if self.client:
            self.client.offer(live_messages.error(message, code=code, at=at), at=at)

    def _end(self, close_code: int, message: str, *, code: str) -> None:
        if self.client:
            text = live_messages.error(message, code=code, at=clock.now())
            self.client.end(close_code, text)

    def _left(self) -> None:
        if self.client is not None:
            self.live.hub.leave(self.client)
            logger.debug("Socket %s closed", self.client.id)
        for task in self.tasks:
            task.cancel()
        # Without these circles the connection is closed now, and not when garbage is collected.
        self.tasks, self.whole, self.client = (), None, None


def _done(visitor: Visitor, command: Command) -> tuple[Visitor, str]:
    """Who it is by now, and what to answer; the result of a check comes as an event, to all."""
    at = clock.now()
    found = live_door.look_again(visitor.proof, at=at)
    if command.kind == "ping":
        return found, live_messages.pong(at=at)
    if command.kind == "get_stats":
        return found, live_messages.stats(figures(found.caller.partners))
    check_now(text=command.session_id, trigger=TRIGGER, caller=found.caller, at=at)
    return found, ""
