"""Calls to an address that a person typed in: a pool of its owner's own, and no way inside.

What a name resolves to is judged, and exactly that is connected to: a name that resolves to
something else a moment later gains nothing. Redirects are never followed (calls.py).
"""

import hashlib
import os
import socket
import ssl
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

from requests.adapters import BaseAdapter
from urllib3.connection import HTTPConnection
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError

from core import clock
from gateways.http.addresses import Network, target_problem
from gateways.http.connections import (
    Adapter,
    PlainConnection,
    PlainPool,
    TlsConnection,
    TlsPool,
    current,
    session,
)

POOL_SIZE = 4
OWNERS_KEPT_MAX = 200
ADDRESSES_TRIED_MAX = 4
WAIT_S_MIN = 0.1


class Guarded(Exception):
    """Nothing leaves: the address leads where it may not, or its certificates cannot be read."""


@dataclass(frozen=True, kw_only=True)
class Guard:
    """For whom a call is made: POOL_SIZE connections for each `owner`.

    `ca_bundle` (PEM) takes the place of the usual certificates; `networks` are those inside that
    may be called all the same.
    """

    owner: str
    ca_bundle: str = field(default="", repr=False)
    networks: tuple[Network, ...] = ()


def adapter_for(url: str, guard: Guard | None) -> BaseAdapter:
    """What carries this call. Raises Guarded.

    What is mounted for the very address comes first: tests play a server there.
    """
    carrier = session().get_adapter(url)
    if guard is None or not isinstance(carrier, Adapter):
        return carrier
    current.networks = guard.networks
    return _pools.adapter(guard, urlsplit(url).netloc)


def ca_bundle_problem(ca_bundle: str) -> str:
    """Why these certificates cannot be used, with an example; empty when they can."""
    try:
        _context(ca_bundle)
    except Guarded as error:
        return str(error)
    return ""


def _context(ca_bundle: str) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cadata=ca_bundle)
    except (ssl.SSLError, ValueError, TypeError) as error:
        raise Guarded(
            "the certificates cannot be read: write them as PEM, such as "
            "-----BEGIN CERTIFICATE----- …"
        ) from error


class _Judged:
    """A connection to nothing but addresses that were judged."""

    secured = False

    def _new_conn(self: Any) -> socket.socket:
        name = self._dns_host
        failure: Exception | None = None
        try:
            for address in _resolved(self, name):
                self._dns_host = address
                try:
                    return HTTPConnection._new_conn(self)  # noqa: SLF001 - its one seam for this
                except (ConnectTimeoutError, NewConnectionError) as error:
                    failure = error
        finally:
            self._dns_host = name
        raise failure or NewConnectionError(self, f"{name} has no address")


def _resolved(connection: Any, name: str) -> Sequence[str]:
    """The addresses of a name; raises Guarded when it leads inside with any of them."""
    try:
        rows = socket.getaddrinfo(name, connection.port, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        raise NameResolutionError(name, connection, error) from error
    # What carries a zone (fe80::1%eth0) is of this machine's own link.
    found = list(dict.fromkeys(str(row[4][0]) for row in rows))
    for text in found:
        problem = target_problem(
            name, ip_address(text.partition("%")[0]), current.networks,
            secured=connection.secured,
        )  # fmt: skip
        if problem:
            raise Guarded(problem)
    return found[:ADDRESSES_TRIED_MAX]


class _PlainJudged(_Judged, PlainConnection):
    pass


class _TlsJudged(_Judged, TlsConnection):
    secured = True


class _Waiting:
    """A pool that makes a call wait for one of its connections until the call's deadline."""

    def _get_conn(self, timeout: float | None = None) -> Any:
        left_s = current.deadline_s - clock.stopwatch_s()
        return super()._get_conn(timeout=max(WAIT_S_MIN, timeout or left_s))  # type: ignore[misc]


class _PlainWaiting(_Waiting, PlainPool):
    ConnectionCls = _PlainJudged


class _TlsWaiting(_Waiting, TlsPool):
    ConnectionCls = _TlsJudged


class _OwnersAdapter(Adapter):
    """The connections of one owner to one server."""

    pools = {"http": _PlainWaiting, "https": _TlsWaiting}

    def __init__(self, ca_bundle: str) -> None:
        self._context = _context(ca_bundle) if ca_bundle else None
        super().__init__(
            pool_connections=1, pool_maxsize=POOL_SIZE, pool_block=True, max_retries=0
        )

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        if self._context is not None:
            options["ssl_context"] = self._context
        super().init_poolmanager(*args, **options)

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        super().cert_verify(conn, url, verify, cert)  # type: ignore[no-untyped-call]
        if self._context is not None:
            # The owner's certificates only: none of the usual ones beside them.
            conn.ca_certs = conn.ca_cert_dir = None


class _Pools:
    """One adapter for each owner, made anew when the server or its certificates change."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: OrderedDict[str, tuple[str, _OwnersAdapter]] = OrderedDict()

    def adapter(self, guard: Guard, server: str) -> _OwnersAdapter:
        """The owner's adapter; raises Guarded."""
        digest = hashlib.sha256(f"{server}\n{guard.ca_bundle}".encode()).hexdigest()
        left: list[_OwnersAdapter] = []
        with self._lock:
            before, adapter = self._kept.pop(guard.owner, ("", None))
            if adapter is None or before != digest:
                left += [adapter] if adapter is not None else []
                adapter = _OwnersAdapter(guard.ca_bundle)
            self._kept[guard.owner] = (digest, adapter)
            if len(self._kept) > OWNERS_KEPT_MAX:
                left.append(self._kept.popitem(last=False)[1][1])
        for each in left:
            each.close()
        return adapter

    def forget(self) -> None:
        """After a fork: connections are not shared with the parent."""
        self._lock = Lock()
        self._kept.clear()


_pools = _Pools()
os.register_at_fork(after_in_child=_pools.forget)
