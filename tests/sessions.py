"""Database sessions that end: PostgreSQL frees their locks a moment after the caller has left."""

from django.db import connection


def my_session() -> int:
    """The session of this thread, as PostgreSQL knows it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def end_session(pid: int) -> None:
    """End another session, as a failover or an administrator does; when it is gone."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 30000)", [pid])


def somebody_waits() -> bool:
    """Whether another session waits for a lock of this one."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted"
            " AND pg_backend_pid() = ANY (pg_blocking_pids(pid)))"
        )
        return bool(cursor.fetchone()[0])


def leave_session() -> None:
    """End this thread's own session, as a process that dies; when its locks are gone too."""
    left = my_session()
    connection.close()
    end_session(left)
