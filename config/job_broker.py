"""How hints reach the workers when REDIS_URL is set: through Redis, else through the table.

A task is only a hint, so losing Redis with all that waits in it costs a moment: the schedules go
on through the table, and their sweeps find whatever is due.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django_q.brokers.orm import ORM
from django_q.conf import Conf
from django_q.models import OrmQ
from django_q.signing import BadSignature, SignedPackage

from core import clock
from core.redis_line import RedisDown, redis_line

logger = logging.getLogger(__name__)

COUNTED_MAX = 1_000
KEPT_MAX = 10_000  # without a worker the list would grow for ever
POP_WAIT_S = 1
POP_ANSWER_LIMIT_S = 3.0
TABLE_EVERY_S = 2.0

Task = tuple[int | None, str | bytes]


class JobBroker(ORM):
    """django-q2's broker; a task out of Redis has no id, and nothing to acknowledge."""

    _table_due_s = 0.0

    def enqueue(self, task: str) -> Any:
        """Into Redis; into the table while it does not answer."""
        name = redis_key(self.list_key)
        try:
            return redis_line(settings.REDIS_URL).ask(
                lambda client: (
                    client.pipeline().rpush(name, task).ltrim(name, -KEPT_MAX, -1).execute()[0]
                )
            )
        except RedisDown as error:
            logger.warning("Redis is down (%s): the hint goes through the table", error)
            return super().enqueue(task)

    def dequeue(self) -> Sequence[Task] | None:
        """The next task, waiting a moment for it. The table is looked at all the time."""
        name = redis_key(self.list_key)
        if clock.stopwatch_s() < self._table_due_s:
            try:
                popped = redis_line(settings.REDIS_URL, answer_limit_s=POP_ANSWER_LIMIT_S).ask(
                    lambda client: client.blpop(name, POP_WAIT_S)
                )
            except RedisDown:
                self._table_due_s = 0.0
            else:
                return [(None, popped[1])] if popped else None
        found: Sequence[Task] | None = super().dequeue()
        if not found:
            self._table_due_s = clock.stopwatch_s() + TABLE_EVERY_S
        return found

    def queue_size(self) -> int:
        """What waits in both."""
        return super().queue_size() + (_in_redis(self.list_key)[0] or 0)

    def acknowledge(self, task_id: int | None) -> None:
        """Done: the table forgets it."""
        if task_id is not None:
            super().acknowledge(task_id)

    def fail(self, task_id: int | None) -> None:
        """It cannot be read: the table forgets it."""
        if task_id is not None:
            super().fail(task_id)

    def info(self) -> str:
        """What `qinfo` and `qmonitor` show."""
        return "Redis, else the table"


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """Hints and ticks that no worker has taken yet: at most COUNTED_MAX of the table are counted.

    `redis_up`: None where there is none.
    """

    count: int
    oldest_at: datetime | None
    redis_up: bool | None


def waiting(*, at: datetime) -> Waiting:
    """In the table (django-q2 keeps their moment in `lock`) and in Redis."""
    moments = OrmQ.objects.order_by("pk").values_list("lock", flat=True)[:COUNTED_MAX]
    found = [moment for moment in moments if moment is not None and moment <= at]
    if not settings.REDIS_URL:
        return Waiting(count=len(found), oldest_at=min(found, default=None), redis_up=None)
    count, oldest_at = _in_redis(Conf.CLUSTER_NAME)
    if oldest_at is not None:
        found.append(oldest_at)
        count = (count or 1) - 1
    return Waiting(
        count=len(found) + (count or 0), oldest_at=min(found, default=None),
        redis_up=count is not None,
    )  # fmt: skip


def redis_key(list_key: str) -> str:
    """The list of tasks in Redis."""
    return f"payment_vault:{list_key}:jobs"


def _in_redis(list_key: str) -> tuple[int | None, datetime | None]:
    """How many, since when; None: it does not answer."""
    name = redis_key(list_key)
    try:
        count, first = redis_line(settings.REDIS_URL).ask(
            lambda client: client.pipeline().llen(name).lindex(name, 0).execute()
        )
    except RedisDown:
        return None, None
    return count, _moment_of(first) if first else None


def _moment_of(task: bytes) -> datetime | None:
    try:
        began: datetime = SignedPackage.loads(task.decode())["started"]
    except (BadSignature, ValueError, KeyError):
        return None
    return began
