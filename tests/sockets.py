"""A WebSocket client that costs little: for a thousand of them, and for misbehaving ones."""

import asyncio
import base64
import json
import os
import socket
import ssl
import struct
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import count
from typing import Any, TypeVar

TEXT = 1
CLOSE = 8
PING = 9
PONG = 10
LENGTH_16 = 126
LENGTH_64 = 127
# Below those that Linux gives to whoever connects; so many of each process that tests.
FIRST_PORT, PORTS, WORKERS = 20_000, 1_500, 8
_numbers = count(os.getpid() * 37)

Answer = TypeVar("Answer")


def run_apart(scene: Coroutine[Any, Any, Answer]) -> Answer:
    """Play it in a thread of its own: in the main one the browser's driver has its loop."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, scene).result()


def free_port() -> int:
    """A port that nobody has just now, and that nobody but who asked here takes meanwhile."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % WORKERS
    while True:
        port = FIRST_PORT + worker * PORTS + next(_numbers) % PORTS
        with suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            return port


class Refused(Exception):
    """The server did not shake hands; the first line of its answer."""


class RealSocket:
    """One connection; made by `connect`."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer
        self.code: int | None = None

    @classmethod
    async def connect(
        cls, port: int, path: str, *, tls: ssl.SSLContext | None = None, **headers: str
    ) -> "RealSocket":
        """Shake hands. Raises Refused, OSError."""
        reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=tls)
        key = base64.b64encode(os.urandom(16)).decode()
        lines = [
            f"GET {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", "Upgrade: websocket",
            "Connection: Upgrade", "Sec-WebSocket-Version: 13", f"Sec-WebSocket-Key: {key}",
            *(f"{name}: {value}" for name, value in headers.items()),
        ]  # fmt: skip
        writer.write("\r\n".join([*lines, "", ""]).encode())
        head = await reader.readuntil(b"\r\n\r\n")
        if b" 101 " not in head.split(b"\r\n")[0]:
            writer.close()
            raise Refused(head.split(b"\r\n")[0].decode())
        return cls(reader, writer)

    def say(self, content: Any, *, kind: int = TEXT) -> None:
        """One frame, masked with zeros."""
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        if len(body) < LENGTH_16:
            length = bytes([0x80 | len(body)])
        elif len(body) < 1 << 16:
            length = bytes([0x80 | LENGTH_16]) + struct.pack(">H", len(body))
        else:
            length = bytes([0x80 | LENGTH_64]) + struct.pack(">Q", len(body))
        self.writer.write(bytes([0x80 | kind]) + length + bytes(4) + body)

    async def hear(self) -> dict[str, Any] | None:
        """The next message; None when it is closed, with `code` if the server said one."""
        while True:
            try:
                kind, body = await self._frame()
            except (OSError, asyncio.IncompleteReadError):
                return None
            if kind == TEXT:
                return json.loads(body)
            if kind == PING:
                self.say(body, kind=PONG)
            if kind == CLOSE:
                self.code = struct.unpack(">H", body[:2])[0] if len(body) > 1 else 1005
                return None

    async def hear_until(self, kind: str) -> dict[str, Any] | None:
        """The first message of this kind; None when it was closed before."""
        while (heard := await self.hear()) is not None and heard["type"] != kind:
            continue
        return heard

    def leave(self) -> None:
        """Hang up."""
        self.writer.close()

    async def _frame(self) -> tuple[int, bytes]:
        first, length = await self.reader.readexactly(2)
        if length == LENGTH_16:
            (length,) = struct.unpack(">H", await self.reader.readexactly(2))
        elif length == LENGTH_64:
            (length,) = struct.unpack(">Q", await self.reader.readexactly(8))
        return first & 0x0F, await self.reader.readexactly(length)
