"""Claim: take checks from the queue so that nobody else checks the same subject meanwhile.

The lease says since when a row is in work and when it may be taken over; the session's lock of
each subject is the fence: it is free as soon as its holder died, and never held twice.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import transaction

from core.locks import free_session_locks, try_session_locks
from reconciliation.models import CheckRequest
from reconciliation.operations.request_check import PRIORITIES, PRIORITY_OF_OTHERS

BATCH = 200
LEASE = timedelta(seconds=120)
# A subject that another session checks just now is looked at again after this; one whose lease is
# over, and whose holder lives, after that.
BUSY_WAIT = timedelta(seconds=1)
BUSY_LEASE = timedelta(seconds=15)
# Of a full round one in so many is of each less urgent kind, so that nothing waits for ever.
PART_OF_LATER = 20


@contextmanager
def claimed(*, at: datetime, limit: int = BATCH) -> Iterator[list[CheckRequest]]:
    """The most urgent checks that are due, ours inside the block: at most `limit`."""
    locks: set[str] = set()
    try:
        yield _claim(at=at, limit=limit, locks=locks)
    finally:
        free_session_locks(locks)


def lock_of(row: CheckRequest) -> str:
    """The name of the lock that whoever checks its subject holds."""
    return f"check:{row.subject_kind}:{row.subject_id}"


def _claim(*, at: datetime, limit: int, locks: set[str]) -> list[CheckRequest]:
    """Rounds in which others hold all that is due are passed by: those wait a little."""
    while True:
        found, ours = _claim_some(at=at, limit=limit, locks=locks)
        if ours or not found:
            return ours


def _claim_some(
    *, at: datetime, limit: int, locks: set[str]
) -> tuple[int, list[CheckRequest]]:  # fmt: skip
    """How many were due, and those of them that are ours now."""
    with transaction.atomic(durable=True):
        found = _due(at=at, limit=limit)
        locks |= try_session_locks({lock_of(row) for row in found})
        ours = [row for row in found if lock_of(row) in locks]
        busy = [row.pk for row in found if lock_of(row) not in locks]
        _lease(ours, until=at + LEASE)
        rows = CheckRequest.objects.filter(pk__in=busy)
        rows.filter(lease_ends_at__isnull=False).update(lease_ends_at=at + BUSY_LEASE)
        rows.filter(lease_ends_at=None).update(due_at=at + BUSY_WAIT)
        return len(found), ours


def _due(*, at: datetime, limit: int) -> list[CheckRequest]:
    """Rows whose holder is late first, then those that wait; nobody else's are waited for."""
    free = CheckRequest.objects.select_for_update(skip_locked=True)
    left = list(free.filter(lease_ends_at__lte=at).order_by("lease_ends_at")[:limit])
    waiting = free.filter(lease_ends_at=None, due_at__lte=at)
    most = limit - len(left)
    urgent = list(waiting.order_by("priority", "due_at", "id")[:most])
    if not urgent or len(urgent) < most:
        return left + urgent
    later = [
        row
        for priority in sorted({*PRIORITIES.values(), PRIORITY_OF_OTHERS})
        if priority > urgent[-1].priority
        for row in waiting.filter(priority=priority).order_by("due_at", "id")[
            : most // PART_OF_LATER
        ]
    ]
    return left + urgent[: most - len(later)] + later


def _lease(rows: Sequence[CheckRequest], *, until: datetime) -> None:
    CheckRequest.objects.filter(pk__in=[row.pk for row in rows]).update(lease_ends_at=until)
    for row in rows:
        row.lease_ends_at = until
