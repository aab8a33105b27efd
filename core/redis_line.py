"""Redis, where REDIS_URL names one: asked with a deadline, and left alone for a while when down.

Nothing is ever only there. Whoever asks has another way, and takes it at once.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, TypeVar

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from core import clock

CONNECT_LIMIT_S = 0.5
REST_S = 5.0

Answer = TypeVar("Answer")


class RedisDown(Exception):
    """It did not answer, now or within the last REST_S."""


class RedisLine:
    """One process's connections to a Redis; they survive forks and threads."""

    def __init__(self, url: str, *, answer_limit_s: float) -> None:
        self._client = redis.Redis.from_url(
            url, socket_timeout=answer_limit_s, socket_connect_timeout=CONNECT_LIMIT_S,
            retry=Retry(NoBackoff(), 0),
        )  # fmt: skip
        self._rests_until_s = 0.0

    def ask(self, question: Callable[[Any], Answer]) -> Answer:
        """What the question answers, which gets the client. Raises RedisDown."""
        if clock.stopwatch_s() < self._rests_until_s:
            raise RedisDown("it did not answer a moment ago")
        try:
            return question(self._client)
        except (redis.RedisError, OSError) as error:
            self._rests_until_s = clock.stopwatch_s() + REST_S
            raise RedisDown(type(error).__name__) from error


@lru_cache(maxsize=8)
def redis_line(url: str, *, answer_limit_s: float = 0.5) -> RedisLine:
    """The line of this process; whether it is down is known to all who use it."""
    return RedisLine(url, answer_limit_s=answer_limit_s)
