"""Wake-ups: "there are new events", from whoever wrote them to every process with sockets.

Never the truth: whoever waits looks every few seconds anyway. They go through PostgreSQL, or
through Redis where REDIS_URL names one.
"""

import asyncio
import logging
from contextlib import suppress
from functools import lru_cache
from typing import Any

import psycopg
import redis
import redis.asyncio
from django.conf import settings
from django.db import DatabaseError, connection
from redis.asyncio.retry import Retry as AsyncRetry
from redis.backoff import NoBackoff
from redis.retry import Retry

from core import clock

logger = logging.getLogger(__name__)

CHANNEL = "payment_vault_live"
REDIS_TIMEOUT_S = 0.5
REDIS_REST_S = 5.0


def send() -> None:
    """Wake everybody; a failure costs them a moment and nobody anything else."""
    try:
        if settings.REDIS_URL:
            _publisher().send()
        else:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_notify(%s, '')", [CHANNEL])
    except (DatabaseError, redis.RedisError, OSError) as error:
        logger.warning("Nobody was woken, the next look finds it: %s", type(error).__name__)


class Publisher:
    """Redis, left alone for a while after it did not answer."""

    def __init__(self, url: str) -> None:
        self.client = redis.Redis.from_url(
            url, socket_timeout=REDIS_TIMEOUT_S, socket_connect_timeout=REDIS_TIMEOUT_S,
            retry=Retry(NoBackoff(), 0),
        )  # fmt: skip
        self.rests_until_s = 0.0

    def send(self) -> None:
        """Publish. Raises redis.RedisError, once in REDIS_REST_S."""
        if clock.stopwatch_s() < self.rests_until_s:
            return
        try:
            self.client.publish(CHANNEL, b"")
        except (redis.RedisError, OSError):
            self.rests_until_s = clock.stopwatch_s() + REDIS_REST_S
            raise


@lru_cache(maxsize=1)
def _publisher() -> Publisher:
    return Publisher(settings.REDIS_URL)


class ByPostgres:
    """Waits on the connection that reads the events."""

    def __init__(self, session: psycopg.AsyncConnection) -> None:
        self.session = session

    async def begin(self) -> None:
        """Raises psycopg.Error."""
        await self.session.execute(f"LISTEN {CHANNEL}")

    async def wait(self, limit_s: float) -> None:
        """Until woken, at most `limit_s`. Raises psycopg.Error."""
        async for _ in self.session.notifies(timeout=limit_s, stop_after=1):
            pass  # to its end: until then it holds the connection's lock

    async def end(self) -> None:
        """The connection is its owner's to close."""


class ByRedis:
    """Waits on a subscription; where Redis is gone it waits the whole time, and tries again."""

    def __init__(self, url: str) -> None:
        self.client = redis.asyncio.Redis.from_url(
            url, socket_connect_timeout=REDIS_TIMEOUT_S, retry=AsyncRetry(NoBackoff(), 0)
        )
        self.subscription: Any = None
        self.is_told = False

    async def begin(self) -> None:
        """Nothing is lost where it does not succeed."""
        with suppress(redis.RedisError, OSError):
            await self._subscribe()

    async def wait(self, limit_s: float) -> None:
        """Until woken, at most `limit_s`."""
        ends_s = clock.stopwatch_s() + limit_s
        try:
            if self.subscription is None:
                await self._subscribe()
                return  # something may have come before
            while (left_s := ends_s - clock.stopwatch_s()) > 0:
                if await self.subscription.get_message(True, left_s) is not None:
                    return
        except (redis.RedisError, OSError) as error:
            if not self.is_told:
                self.is_told = True
                logger.warning("Redis is gone (%s); looking on without", type(error).__name__)
            await self._unsubscribe()
            await asyncio.sleep(max(0.0, ends_s - clock.stopwatch_s()))

    async def end(self) -> None:
        """Leave Redis."""
        await self._unsubscribe()
        with suppress(redis.RedisError, OSError):
            await self.client.aclose()

    async def _subscribe(self) -> None:
        subscription = self.client.pubsub()
        await subscription.subscribe(CHANNEL)
        self.subscription = subscription
        self.is_told = False

    async def _unsubscribe(self) -> None:
        subscription, self.subscription = self.subscription, None
        if subscription is not None:
            with suppress(redis.RedisError, OSError):
                await subscription.aclose()


def wake_ups(session: psycopg.AsyncConnection) -> ByPostgres | ByRedis:
    """What this process waits on."""
    return ByRedis(settings.REDIS_URL) if settings.REDIS_URL else ByPostgres(session)
