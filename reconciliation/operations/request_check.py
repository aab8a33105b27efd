"""Ask for checks: one row of the queue for each subject, however often it is asked for."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection

# Kind, id, and whose it is where that is known.
Asked = tuple[str, str, UUID | None]
Triggered = tuple[Asked, str]
JOB = "reconcile"
# Smaller is sooner: whom a person waits for, what just happened, what can wait.
PRIORITIES = {
    "manual_dashboard": 10, "manual_api": 10, "manual_websocket": 10, "manual_command": 15,
    "callback": 20, "status_query": 30, "change": 30, "initiation": 40, "manual_queue": 40,
    "bulk_manual": 60, "periodic": 70,
}  # fmt: skip
PRIORITY_OF_OTHERS = 40
# Up to this somebody waits for the answer.
WAITED_FOR = 15
_ASK = """
    INSERT INTO reconciliation_queue AS waiting (
        subject_kind, subject_id, partner_id, trigger, priority, actor, bulk_id, fresh,
        requested_at, due_at, tries, problem
    )
    SELECT DISTINCT ON (kind, id) kind, id, partner_id, trigger, priority, %(actor)s,
           %(bulk_id)s, %(fresh)s, %(at)s, %(due_at)s, 0, ''
      FROM unnest(%(kinds)s::text[], %(ids)s::text[], %(partners)s::uuid[],
                  %(triggers)s::text[], %(priorities)s::int[])
           AS asked (kind, id, partner_id, trigger, priority)
     ORDER BY kind, id, priority
"""
_FOLD = """
    ON CONFLICT (subject_kind, subject_id) WHERE bulk_id IS NULL AND lease_ends_at IS NULL
    DO UPDATE SET
        trigger = CASE WHEN EXCLUDED.priority < waiting.priority
                       THEN EXCLUDED.trigger ELSE waiting.trigger END,
        actor = CASE WHEN EXCLUDED.priority < waiting.priority
                     THEN EXCLUDED.actor ELSE waiting.actor END,
        priority = least(waiting.priority, EXCLUDED.priority),
        due_at = least(waiting.due_at, EXCLUDED.due_at),
        fresh = waiting.fresh OR EXCLUDED.fresh,
        partner_id = coalesce(waiting.partner_id, EXCLUDED.partner_id)
"""
_ONCE_IN_A_BULK = """
    ON CONFLICT (bulk_id, subject_kind, subject_id) WHERE bulk_id IS NOT NULL DO NOTHING
"""


def request(
    *, subjects: Sequence[Asked], trigger: str, actor: str, at: datetime,
    due_at: datetime | None = None, fresh: bool = False, priority: int | None = None,
    bulk_id: UUID | None = None,
) -> int:  # fmt: skip
    """Have these checked from `due_at` on (none: now); returns how many rows were written.

    One statement, safe inside any transaction. Of one subject one check waits: the most urgent
    trigger and the earliest moment win. Those of a bulk stand beside it, one for each subject.
    """
    return _ask(
        [(each, trigger) for each in subjects], actor=actor, at=at, due_at=due_at or at,
        fresh=fresh, priority=priority, bulk_id=bulk_id,
    )  # fmt: skip


def request_each(subjects: Sequence[Triggered], *, actor: str, at: datetime) -> int:
    """The same, each for a reason of its own, in one statement: two who ask for the same wait for
    each other, never in a ring."""
    return _ask(
        subjects, actor=actor, at=at, due_at=at, fresh=False, priority=None, bulk_id=None
    )  # fmt: skip


def _ask(
    subjects: Sequence[Triggered], *, actor: str, at: datetime, due_at: datetime, fresh: bool,
    priority: int | None, bulk_id: UUID | None,
) -> int:  # fmt: skip
    if not subjects:
        return 0
    kinds, ids, partners = zip(*(asked for asked, _ in subjects), strict=True)
    triggers = [trigger for _, trigger in subjects]
    with connection.cursor() as cursor:
        cursor.execute(
            _ASK + (_ONCE_IN_A_BULK if bulk_id else _FOLD),
            {
                "kinds": [str(kind) for kind in kinds],
                "ids": list(ids),
                "partners": list(partners),
                "triggers": triggers,
                "priorities": [
                    priority_of(each) if priority is None else priority for each in triggers
                ],
                "actor": actor,
                "bulk_id": bulk_id,
                "fresh": fresh,
                "at": at,
                "due_at": due_at,
            },
        )
        return cursor.rowcount


def priority_of(trigger: str) -> int:
    """How soon a check of this trigger is made; smaller is sooner."""
    return PRIORITIES.get(trigger, PRIORITY_OF_OTHERS)
