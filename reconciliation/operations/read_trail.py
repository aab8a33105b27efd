"""Read the trail: whatever changed anywhere asks for a check of what it belongs to.

Exactly once for each step, however late it commits: cursor and requests are one transaction.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Max

from core import states
from core.locks import try_transaction_lock
from core.models import Step
from reconciliation.models import ReconciliationRun, TrailCursor
from reconciliation.operations.checked import SEEN
from reconciliation.operations.request_check import Asked, request_each
from reconciliation.queries import trail
from reconciliation.queries.trail import TRAIL, Told
from reconciliation.sources.finding_subjects import subjects_of

BATCH = 5_000
BATCHES_MAX = 10
# What was written just before the first reading may commit just after it.
LOOKED_BACK_FIRST = 1_000
LOCK = "reconciliation.trail"


def read_trail(*, at: datetime, batch: int = BATCH, batches_max: int = BATCHES_MAX) -> int:
    """Ask for what the steps since the last call are about; returns how many checks that are.

    The first call starts at the end of the trail. 0 while another session reads.
    """
    asked = 0
    for _ in range(batches_max):
        read, more = _read_some(at=at, batch=batch)
        asked += more
        if read < batch:
            break
    return asked


def _read_some(*, at: datetime, batch: int) -> tuple[int, int]:
    """How many steps were read, and how many checks they ask for."""
    with transaction.atomic(durable=True):
        if not try_transaction_lock(LOCK):
            return 0, 0
        cursor = TrailCursor.objects.filter(name=TRAIL).first() or _at_the_end(at)
        gaps, writing = trail.gaps_in(cursor.gaps), trail.writers()
        came = trail.late(gaps, limit=batch)
        fresh = trail.newer(than=cursor.last_id, limit=batch)
        gaps = trail.left_of(gaps, came=[step.id for step in came])
        if len(came) < batch:  # all that was written before they ended has been read
            gaps = [gap for gap in gaps if gap.writers & writing]
        gaps += trail.gaps_between(
            [step.id for step in fresh], after=cursor.last_id, since=at, writers=trail.writers()
        )
        cursor.gaps, cursor.read_at = trail.as_kept(gaps), at
        cursor.last_id = fresh[-1].id if fresh else cursor.last_id
        cursor.save()
        return max(len(came), len(fresh)), _ask(came + fresh, at=at)


def _at_the_end(at: datetime) -> TrailCursor:
    """A new cursor behind what is there; ids missing just before it are waited for."""
    last_id = Step.objects.aggregate(id=Max("id"))["id"] or 0
    after = max(0, last_id - LOOKED_BACK_FIRST)
    there = Step.objects.filter(id__gt=after, id__lte=last_id).order_by("id")
    gaps = trail.gaps_between(
        there.values_list("id", flat=True), after=after, since=at, writers=trail.writers()
    )
    return TrailCursor(name=TRAIL, last_id=last_id, gaps=trail.as_kept(gaps), read_at=at)


def _ask(steps: Sequence[Told], *, at: datetime) -> int:
    if not steps:
        return 0
    subject_of = subjects_of({(step.subject_type, step.subject_id) for step in steps})
    steps_of: dict[Asked, list[Told]] = {}
    for step in steps:
        if subject := subject_of.get((step.subject_type, step.subject_id)):
            steps_of.setdefault(subject, []).append(step)
    asked = [
        (subject, "initiation" if _begins(subject, told) else "change")
        for subject, told in _not_seen(steps_of).items()
    ]
    return request_each(asked, actor=states.SYSTEM, at=at)


def _begins(subject: Asked, told: Sequence[Told]) -> bool:
    return any(step.begins and step.subject_id == subject[1] for step in told)


def _not_seen(steps_of: dict[Asked, list[Told]]) -> dict[Asked, list[Told]]:
    """Without the subjects whose newest check has seen all of these steps."""
    runs = (
        ReconciliationRun.objects.filter(
            subject_id__in=[subject_id for _, subject_id, _ in steps_of]
        )
        .order_by("subject_kind", "subject_id", "-started_at")
        .distinct("subject_kind", "subject_id")
    )
    told = runs.values_list("subject_kind", "subject_id", "inputs")
    seen = {(kind, subject_id): inputs.get(SEEN, "") for kind, subject_id, inputs in told}
    return {
        subject: steps
        for subject, steps in steps_of.items()
        if not all(trail.was_seen(step.id, seen=seen.get(subject[:2], "")) for step in steps)
    }
