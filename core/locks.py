"""Advisory locks of PostgreSQL: held through a network call, freed when the holder dies."""

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.db import OperationalError, connection
from psycopg.errors import LockNotAvailable


class NotHad(Exception):
    """Somebody else held the lock for all the time that we waited."""


def lock_key(name: str) -> int:
    """A signed 64-bit key for a name such as `attempt:<uuid>`."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)


def try_session_locks(names: Iterable[str]) -> set[str]:
    """Take what can be had without waiting, for this database session; returns which."""
    keys = {lock_key(name): name for name in names}
    if not keys:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT key, pg_try_advisory_lock(key) FROM unnest(%s::bigint[]) AS key", [list(keys)]
        )
        return {keys[key] for key, taken in cursor.fetchall() if taken}


def free_session_locks(names: Iterable[str]) -> None:
    """Give back what this session holds."""
    keys = [lock_key(name) for name in names]
    if keys:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_advisory_unlock(key) FROM unnest(%s::bigint[]) AS key", [keys]
            )


def try_transaction_lock(name: str) -> bool:
    """Take it until the transaction ends, or learn at once that somebody holds it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [lock_key(name)])
        return bool(cursor.fetchone()[0])


def wait_for_transaction_lock(name: str, *, wait_s: float) -> None:
    """Take it until the transaction ends. Raises NotHad after `wait_s`; then roll back."""
    limit_ms = max(1, int(wait_s * 1000))  # 0 would mean without limit
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [f"{limit_ms}ms"])
        try:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [lock_key(name)])
        except OperationalError as error:
            if isinstance(error.__cause__, LockNotAvailable):
                raise NotHad(name) from None
            raise
        cursor.execute("SELECT set_config('lock_timeout', '0', true)")


@contextmanager
def waiting_at_most(wait_s: float) -> Iterator[None]:
    """Statements in the block wait so long for a lock; then django.db.OperationalError.

    Inside a transaction, and of one that goes on in a savepoint of its own around it.
    """
    limit_ms = max(1, int(wait_s * 1000))  # 0 would mean without limit
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [f"{limit_ms}ms"])
        yield
        cursor.execute("SELECT set_config('lock_timeout', '0', true)")


@contextmanager
def session_lock(name: str, *, wait_s: float) -> Iterator[None]:
    """Hold the lock in the block; django.db.OperationalError when it is not had in `wait_s`."""
    key = lock_key(name)
    with connection.cursor() as cursor:
        limit_ms = max(1, int(wait_s * 1000))  # 0 would mean without limit
        cursor.execute("SELECT set_config('lock_timeout', %s, false)", [f"{limit_ms}ms"])
        try:
            cursor.execute("SELECT pg_advisory_lock(%s)", [key])
        finally:
            cursor.execute("SELECT set_config('lock_timeout', '0', false)")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [key])
