"""Connections that end at a deadline, drip or not, and know whether anything left."""

import io
import os
from functools import lru_cache
from http.client import HTTPResponse
from threading import local
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

from core import clock
from gateways.http.addresses import Network

POOL_SIZE = 256
IDLE_S_MAX = 20.0


class Call(local):
    """What the connection of this thread's call needs to know, and what it tells back."""

    deadline_s = 0.0
    connecting = False
    sent = False
    networks: tuple[Network, ...] = ()


current = Call()


class _BoundedReader(io.RawIOBase):
    """Reads a socket so that all reads together end at the deadline, drip or not."""

    def __init__(self, raw: io.RawIOBase, sock: Any) -> None:
        super().__init__()
        self._raw = raw
        self._sock = sock
        self._read_timeout_s = sock.gettimeout()
        self._deadline_s = current.deadline_s

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left_s = self._deadline_s - clock.stopwatch_s()
        if left_s <= 0:
            raise TimeoutError("the deadline of the whole call has passed")
        self._sock.settimeout(min(left_s, self._read_timeout_s or left_s))
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _BoundedResponse(HTTPResponse):
    def __init__(self, sock: Any, *args: Any, **options: Any) -> None:
        super().__init__(sock, *args, **options)
        buffered: Any = self.fp
        self.fp = io.BufferedReader(_BoundedReader(buffered.detach(), sock))


class _Watched:
    """A connection that notes when the first byte may have left, and how long it was idle."""

    response_class: Any = _BoundedResponse
    used_at_s = 0.0

    def connect(self) -> None:
        current.connecting = True
        super().connect()  # type: ignore[misc]

    def send(self, data: Any) -> None:
        if self.sock is None:  # type: ignore[attr-defined]
            self.connect()
        current.sent = True
        self.used_at_s = clock.stopwatch_s()
        super().send(data)  # type: ignore[misc]

    @property
    def is_connected(self) -> bool:
        # Gateways close idle connections: a POST into one that is just closing would be Unclear.
        if clock.stopwatch_s() - self.used_at_s > IDLE_S_MAX:
            return False
        return super().is_connected  # type: ignore[misc]


class PlainConnection(_Watched, HTTPConnection):
    """Without TLS."""


class TlsConnection(_Watched, HTTPSConnection):
    """With TLS."""


class PlainPool(HTTPConnectionPool):
    """Connections without TLS to one server."""

    ConnectionCls = PlainConnection


class TlsPool(HTTPSConnectionPool):
    """Connections with TLS to one server."""

    ConnectionCls = TlsConnection


class Adapter(HTTPAdapter):
    """Requests over our own connections."""

    pools: dict[str, Any] = {"http": PlainPool, "https": TlsPool}

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, **options)
        self.poolmanager.pool_classes_by_scheme = self.pools


@lru_cache(maxsize=1)
def session() -> requests.Session:
    """One per process: its pool is shared by all threads and never inherited by a fork."""
    session = requests.Session()
    adapter = Adapter(pool_maxsize=POOL_SIZE, max_retries=0)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session


os.register_at_fork(after_in_child=session.cache_clear)
