"""Connections whose other end is gone or takes nothing: the kernel closes them.

The server waits for ever until what it sent is taken. It says nothing of its listener, which each
process makes for itself, so that is looked for among the files of this process.
"""

import asyncio
import os
import socket
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from stat import S_ISSOCK

from django.conf import settings

BEATS_MISSED = 2
LOOK_EVERY_S = 0.5
FILES = Path("/dev/fd")
FAMILIES = (socket.AF_INET, socket.AF_INET6)
OPTION = getattr(socket, "TCP_USER_TIMEOUT", None)  # Linux alone has it


async def close_lost_peers() -> None:
    """As soon as this process listens, and from then on: who takes nothing for two heartbeats,
    or whose machine confirms nothing for so long, is closed."""
    while OPTION is not None and not _told(OPTION):
        await asyncio.sleep(LOOK_EVERY_S)


def _told(option: int) -> bool:
    """Whether it listens; then its connections have a limit, and those that come inherit it."""
    limit_ms = BEATS_MISSED * settings.WS_HEARTBEAT_INTERVAL
    with ExitStack() as kept:
        ours = [kept.enter_context(each) for each in tcp_sockets()]
        ports = {each.getsockname()[1] for each in ours if _listens(each)}
        for each in ours:
            if each.getsockname()[1] in ports:
                each.setsockopt(socket.IPPROTO_TCP, option, limit_ms)
        return bool(ports)


def tcp_sockets() -> Iterator[socket.socket]:
    """Copies of those that this process has, to be closed."""
    for file in FILES.iterdir():
        with suppress(OSError):  # closed meanwhile
            number = int(file.name)
            if S_ISSOCK(os.fstat(number).st_mode):
                found = socket.socket(fileno=os.dup(number))
                if found.family in FAMILIES and found.type == socket.SOCK_STREAM:
                    yield found
                else:
                    found.close()


def _listens(found: socket.socket) -> bool:
    return bool(found.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN))
