"""Database work of sockets: in a few threads, each of which gives its connection back.

Checks have threads of their own: one that waits for a lock keeps no heartbeat and no door waiting.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import TypeVar

from django.db import connections

THREADS = 4
Answer = TypeVar("Answer")


async def in_thread(call: Callable[[], Answer], *, checks: bool = False) -> Answer:
    """What the call answers or raises. A socket itself never holds a connection."""
    threads = _threads("checks" if checks else "live")
    return await asyncio.get_running_loop().run_in_executor(threads, _closing, call)


def _closing(call: Callable[[], Answer]) -> Answer:
    try:
        return call()
    finally:
        connections.close_all()


@lru_cache(maxsize=2)
def _threads(name: str) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(THREADS, thread_name_prefix=name)
