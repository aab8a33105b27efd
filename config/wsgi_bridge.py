"""The WSGI application behind an ASGI server: each request has a thread while it is answered.

A body is read before a thread is taken, so that slow senders hold none. Underscored headers are
left out: `x_forwarded_for` would pass for X-Forwarded-For.
"""

import asyncio
import json
import logging
import sys
from collections.abc import Awaitable, Callable, Iterable, Iterator, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from io import SEEK_END
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from core import clock

logger = logging.getLogger(__name__)

BODY_BYTES_MAX = 8 * 1_048_576
IN_MEMORY_BYTES_MAX = 65_536  # of each of thousands that may come at once; the rest on disk
BODY_LIMIT_S = 120.0
SENT_AT_ONCE_BYTES = 65_536
SENT_LIMIT_S = 30.0
SENT_AFTER_S = 1.0
NAMED_WITHOUT_HTTP = {b"content-length": "CONTENT_LENGTH", b"content-type": "CONTENT_TYPE"}

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Say = Callable[[Message], None]


class HungUp(OSError):
    """The sender is gone."""


class BadBody(Exception):
    """It is not taken; `answer` is its status, `code` for programs."""

    def __init__(self, message: str, *, answer: HTTPStatus, code: str) -> None:
        super().__init__(message)
        self.answer = answer
        self.code = code


class WsgiBridge:
    """An ASGI application of HTTP; `app` is the WSGI one, `threads` how many run it at once."""

    def __init__(self, app: Callable[..., Iterable[bytes]], *, threads: int) -> None:
        self.app = app
        self.threads = ThreadPoolExecutor(threads, thread_name_prefix="http")

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """One request."""
        loop = asyncio.get_running_loop()
        try:
            body = await _read_body(scope, receive)
        except HungUp:
            return
        except BadBody as bad:
            for message in _refusal(bad):
                await send(message)
            return
        wire = _Wire(receive, send)
        environ = environ_of(scope, body)
        if size := body.seek(0, SEEK_END):  # what came counts: one in chunks names no length
            environ["CONTENT_LENGTH"] = str(size)
        body.seek(0)
        try:
            for message in await loop.run_in_executor(
                self.threads, self._answer, environ, wire.say
            ):
                await send(message)
        except HungUp:
            logger.info("A download was broken off")
        finally:
            wire.end()

    def _answer(self, environ: dict[str, Any], say: Say) -> list[Message]:
        """What is left to be sent: all of it, where it is one piece."""
        head = _Head()
        pieces = self.app(environ, head)
        try:
            chunks = iter(pieces)
            first, second = next(chunks, b""), next(chunks, None)
            if second is None:
                return [head.message(), _piece(first, more=False)]
            say(head.message())
            for chunk in _gathered(first + second, chunks):
                say(_piece(chunk, more=True))
            return [_piece(b"", more=False)]
        finally:
            if hasattr(pieces, "close"):
                pieces.close()
            environ["wsgi.input"].close()


class _Wire:
    """What the thread that answers says, in the loop that it belongs to.

    The server does not tell a sender that nobody reads any more, but its receiver.
    """

    def __init__(self, receive: Receive, send: Send) -> None:
        self.loop = asyncio.get_running_loop()
        self.receive = receive
        self.send = send
        self.watching: asyncio.Task[None] | None = None

    def say(self, message: Message) -> None:
        """A piece of the answer. Raises HungUp."""
        asyncio.run_coroutine_threadsafe(self._going(message), self.loop).result()

    def end(self) -> None:
        """Nobody says anything any more."""
        if self.watching is not None:
            self.watching.cancel()

    async def _going(self, message: Message) -> None:
        if self.watching is None:
            self.watching = self.loop.create_task(self._watch())
        if self.watching.done():
            raise HungUp("the receiver hung up before all was sent")
        try:
            async with asyncio.timeout(SENT_LIMIT_S):
                await self.send(message)
        except TimeoutError:
            raise HungUp("the receiver takes nothing any more") from None

    async def _watch(self) -> None:
        while (await self.receive())["type"] != "http.disconnect":
            pass


class _Head:
    """`start_response`: status and headers."""

    def __init__(self) -> None:
        self.code = 500
        self.headers: list[tuple[bytes, bytes]] = []

    def __call__(
        self,
        status: str,
        headers: list[tuple[str, str]],
        exc_info: object = None,  # noqa: ARG002
    ) -> None:
        self.code = int(status.partition(" ")[0])
        self.headers = [
            (name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers
        ]

    def message(self) -> Message:
        return {"type": "http.response.start", "status": self.code, "headers": self.headers}


def environ_of(scope: Message, body: IO[bytes]) -> dict[str, Any]:
    """The request as WSGI has it."""
    server, client = scope.get("server") or ("", 0), scope.get("client") or ("", 0)
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": scope["path"].encode("utf-8", "surrogateescape").decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "SERVER_NAME": str(server[0]),
        "SERVER_PORT": str(server[1] or 0),
        "REMOTE_ADDR": str(client[0]),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope["scheme"],
        "wsgi.input": body,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for name, value in scope["headers"]:
        if b"_" in name:
            continue
        key = NAMED_WITHOUT_HTTP.get(name) or f"HTTP_{name.decode('latin-1').upper()}"
        key, text = key.replace("-", "_"), value.decode("latin-1")
        between = "; " if name == b"cookie" else ","
        environ[key] = f"{environ[key]}{between}{text}" if key in environ else text
    return environ


async def _read_body(scope: Message, receive: Receive) -> IO[bytes]:
    """All of it. Raises HungUp, and BadBody where it is too long or takes too long."""
    body = SpooledTemporaryFile(max_size=IN_MEMORY_BYTES_MAX)  # noqa: SIM115 - _answer closes it
    try:
        _refuse_long(_announced(scope))
        async with asyncio.timeout(BODY_LIMIT_S):
            more = True
            while more:
                message = await receive()
                body.write(_body(message))
                _refuse_long(body.tell())
                more = message.get("more_body", False)
    except TimeoutError:
        body.close()
        sentence = f"The request was not here whole within {BODY_LIMIT_S:.0f} seconds."
        raise BadBody(sentence, answer=HTTPStatus.REQUEST_TIMEOUT, code="body_too_slow") from None
    except (HungUp, BadBody):
        body.close()
        raise
    return body


def _announced(scope: Message) -> int:
    said = dict(scope["headers"]).get(b"content-length", b"")
    return int(said) if said.isdigit() else 0


def _refuse_long(size: int) -> None:
    if size > BODY_BYTES_MAX:
        sentence = f"The body has more than {BODY_BYTES_MAX} bytes."
        raise BadBody(sentence, answer=HTTPStatus.REQUEST_ENTITY_TOO_LARGE, code="body_too_large")


def _refusal(bad: BadBody) -> list[Message]:
    """As the API says it."""
    said = {"success": False, "error": f"{bad}", "code": bad.code, "fields": {}}
    headers = [(b"content-type", b"application/json"), (b"connection", b"close")]
    return [
        {"type": "http.response.start", "status": bad.answer.value, "headers": headers},
        _piece(json.dumps(said).encode(), more=False),
    ]


def _body(message: Message) -> bytes:
    if message["type"] == "http.disconnect":
        raise HungUp("the sender hung up before all was sent")
    return message.get("body", b"")


def _gathered(first: bytes, chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Small pieces as one, but nothing waits for long."""
    waiting, since_s = bytearray(first), clock.stopwatch_s()
    for chunk in chunks:
        waiting += chunk
        if len(waiting) >= SENT_AT_ONCE_BYTES or clock.stopwatch_s() - since_s > SENT_AFTER_S:
            yield bytes(waiting)
            waiting.clear()
            since_s = clock.stopwatch_s()
    if waiting:
        yield bytes(waiting)


def _piece(body: bytes, *, more: bool) -> Message:
    return {"type": "http.response.body", "body": body, "more_body": more}
