"""Reads: the trail of steps behind a cursor, with the ids that are missing in it.

Steps do not commit in the order of their ids. A missing id is waited for until every transaction
that may still write it has ended; what a transaction took back never comes.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from core.models import Step
from reconciliation.models import TrailCursor

TRAIL = "steps"
SEEN_MAX = 2_000
RANGES_MAX = 50
_COLUMNS = "step.id, step.subject_type, step.subject_id, step.from_status, step.to_status"
_NEWER = (
    f"SELECT {_COLUMNS} FROM core_step AS step "  # noqa: S608
    "WHERE step.id > %s ORDER BY step.id LIMIT %s"
)
_LATE = (
    f"SELECT {_COLUMNS} "  # noqa: S608
    "FROM unnest(%s::bigint[], %s::bigint[]) AS gap (first, last) "
    "JOIN core_step AS step ON step.id BETWEEN gap.first AND gap.last "
    "ORDER BY step.id LIMIT %s"
)
# Whoever inserts holds this lock from before the row has its id until the transaction ends.
_WRITERS = """
    SELECT DISTINCT virtualtransaction FROM pg_locks
     WHERE locktype = 'relation' AND relation = 'core_step'::regclass
       AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
       AND mode = 'RowExclusiveLock' AND granted
"""


@dataclass(frozen=True, kw_only=True)
class Told:
    """One step."""

    id: int
    subject_type: str
    subject_id: str
    from_status: str
    to_status: str

    @property
    def begins(self) -> bool:
        """Whether it is the first of its row."""
        return not self.from_status and bool(self.to_status)


@dataclass(frozen=True, kw_only=True)
class Gap:
    """Ids that are missing, both ends included. `writers` are the transactions that may fill it:
    those that were open when it was met."""

    first: int
    last: int
    since: datetime
    writers: frozenset[str]


def newer(*, than: int, limit: int) -> list[Told]:
    """The next steps that are there."""
    with connection.cursor() as cursor:
        cursor.execute(_NEWER, [than, limit])
        return [_told(row) for row in cursor.fetchall()]


def late(gaps: Sequence[Gap], *, limit: int) -> list[Told]:
    """Steps that have come where some were missing."""
    if not gaps:
        return []
    with connection.cursor() as cursor:
        ends = [gap.first for gap in gaps], [gap.last for gap in gaps]
        cursor.execute(_LATE, [*ends, limit])
        return [_told(row) for row in cursor.fetchall()]


def writers() -> frozenset[str]:
    """The open transactions of this database that have written, or are writing, steps."""
    with connection.cursor() as cursor:
        cursor.execute(_WRITERS)
        return frozenset(row[0] for row in cursor.fetchall())


def gaps_between(
    ids: Iterable[int], *, after: int, since: datetime, writers: frozenset[str]
) -> list[Gap]:
    """What is missing between `after` and the last of the ids, which rise."""
    found, before = [], after
    for each in ids:
        if each > before + 1:
            found.append(Gap(first=before + 1, last=each - 1, since=since, writers=writers))
        before = each
    return found


def left_of(gaps: Iterable[Gap], *, came: Iterable[int]) -> list[Gap]:
    """The gaps without the ids that have come."""
    ids = sorted(came)
    found: list[Gap] = []
    for gap in gaps:
        inside = [each for each in ids if gap.first <= each <= gap.last]
        found += gaps_between(
            [*inside, gap.last + 1], after=gap.first - 1, since=gap.since, writers=gap.writers
        )
    return found


def gaps_in(kept: dict[str, list[Any]]) -> list[Gap]:
    """As a cursor keeps them: {first-last: [since when, [who may fill it]]}."""
    found = []
    for name, (since, open_then) in kept.items():
        first, _, last = name.partition("-")
        moment, writers = datetime.fromisoformat(since), frozenset(open_then)
        found.append(Gap(first=int(first), last=int(last), since=moment, writers=writers))
    return found


def as_kept(gaps: Iterable[Gap]) -> dict[str, list[Any]]:
    """For the cursor."""
    return {
        f"{gap.first}-{gap.last}": [gap.since.isoformat(), sorted(gap.writers)] for gap in gaps
    }


def seen_now() -> str:
    """The steps behind the cursor that can be seen at this moment, as `7-9,12-12`.

    Read in the transaction that reads the sides: what these steps tell of is in the sides.
    """
    behind = TrailCursor.objects.filter(name=TRAIL).values_list("last_id", flat=True).first()
    if behind is None:
        return ""
    newest = Step.objects.filter(id__gt=behind).order_by("id").values_list("id", flat=True)
    ranges: list[list[int]] = []
    for each in newest[:SEEN_MAX]:
        if ranges and ranges[-1][1] == each - 1:
            ranges[-1][1] = each
        else:
            ranges.append([each, each])
    return ",".join(f"{first}-{last}" for first, last in ranges[:RANGES_MAX])


def was_seen(step_id: int, *, seen: str) -> bool:
    """Whether a step is among those of seen_now."""
    for part in seen.split(",") if seen else ():
        first, _, last = part.partition("-")
        if int(first) <= step_id <= int(last):
            return True
    return False


def _told(row: tuple[Any, ...]) -> Told:
    step_id, subject_type, subject_id, from_status, to_status = row
    return Told(
        id=step_id, subject_type=subject_type, subject_id=subject_id, from_status=from_status,
        to_status=to_status,
    )  # fmt: skip
