"""Put back: a check that failed waits longer each time, and is told after a while."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

from core import clock
from reconciliation.models import CheckRequest, FindingKind
from reconciliation.rules.sides import Difference

WAITS_MINUTES = (1, 2, 4, 8, 16)
TOLD_AFTER = 5
# One check waits for each subject: one that was asked for meanwhile takes over what was tried.
# In one order for everybody, so that nobody waits for somebody who waits for them.
_BACK = """
    INSERT INTO reconciliation_queue AS waiting (
        subject_kind, subject_id, partner_id, trigger, priority, actor, fresh, requested_at,
        due_at, tries, problem
    )
    SELECT kind, id, partner_id, trigger, priority, actor, fresh, requested_at, due_at, tries,
           problem
      FROM unnest(%s::text[], %s::text[], %s::uuid[], %s::text[], %s::int[], %s::text[],
                  %s::bool[], %s::timestamptz[], %s::timestamptz[], %s::int[], %s::text[])
           AS again (kind, id, partner_id, trigger, priority, actor, fresh, requested_at, due_at,
                     tries, problem)
     ORDER BY kind, id
    ON CONFLICT (subject_kind, subject_id) WHERE bulk_id IS NULL AND lease_ends_at IS NULL
    DO UPDATE SET tries = greatest(waiting.tries, EXCLUDED.tries),
                  problem = coalesce(nullif(EXCLUDED.problem, ''), waiting.problem),
                  priority = least(waiting.priority, EXCLUDED.priority),
                  due_at = least(waiting.due_at, EXCLUDED.due_at),
                  fresh = waiting.fresh OR EXCLUDED.fresh
"""


@dataclass(frozen=True, kw_only=True)
class Again:
    """A check that is to be made once more, from `due_at` on."""

    subject_kind: str
    subject_id: str
    partner_id: UUID | None
    trigger: str
    priority: int
    actor: str
    fresh: bool
    requested_at: datetime
    due_at: datetime
    tries: int = 0
    problem: str = ""


def after_failure(
    rows: Sequence[CheckRequest], *, problem: str, at: datetime
) -> Again | None:  # fmt: skip
    """The next try of a check that failed; None: it was tried often enough.

    The first of the rows of one subject stands for all: a bulk's check was made, and failed.
    """
    tries = _tries(rows)
    if tries > len(WAITS_MINUTES):
        return None
    row = rows[0]
    return Again(
        subject_kind=row.subject_kind, subject_id=row.subject_id, partner_id=row.partner_id,
        trigger=row.trigger, priority=row.priority, actor=row.actor, fresh=row.fresh,
        requested_at=row.requested_at, due_at=at + clock.minutes(WAITS_MINUTES[tries - 1]),
        tries=tries, problem=problem,
    )  # fmt: skip


def put_back(again: Sequence[Again]) -> None:
    """Queue these in one statement, inside the transaction that took the former rows away."""
    if not again:
        return
    rows = [tuple(vars(each).values()) for each in again]
    with connection.cursor() as cursor:
        cursor.execute(_BACK, [list(column) for column in zip(*rows, strict=True)])


def not_checked(rows: Sequence[CheckRequest], *, problem: str) -> tuple[Difference, ...]:
    """What is told of a subject that could not be checked so often; nothing before."""
    if _tries(rows) < TOLD_AFTER:
        return ()
    return (
        Difference(
            kind=FindingKind.NOT_CHECKED,
            text=f"It could not be checked in {TOLD_AFTER} tries: {problem}",
            here={},
            there={"problem": problem},
            there_name="the check",
        ),
    )


def _tries(rows: Sequence[CheckRequest]) -> int:
    """With this one."""
    return max(row.tries for row in rows) + 1
