"""Work bulk runs off, batch by batch, each batch one transaction.

A batch that does not commit has changed nothing: its payouts wait for the next worker.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F

from core import clock, jobs, locks, states
from disbursements.models import BulkItem, BulkRun, BulkVerb, DisbursementRequest
from disbursements.operations.ask_many import ask_many
from disbursements.operations.bring_forward import bring_forward
from disbursements.operations.bulk_options import limit_in, moment_in
from disbursements.operations.cancel import cancel
from disbursements.operations.change_limit import change_limit
from disbursements.operations.deed import Deed
from disbursements.operations.retry import force, retry
from disbursements.operations.stop_retrying import stop_retrying
from disbursements.queries.by_hand import standings
from disbursements.rules import by_hand
from disbursements.states import BulkRunStatus

BATCH = 500
BUDGET_S = 40.0
JOB_LOCK = "job:bulk"
VERBS: dict[str, Callable[[Sequence[DisbursementRequest], Deed], None]] = {
    BulkVerb.RETRY: retry,
    BulkVerb.FORCE: force,
    BulkVerb.BRING_FORWARD: bring_forward,
    BulkVerb.STOP_RETRYING: stop_retrying,
    BulkVerb.CANCEL: cancel,
    BulkVerb.CHANGE_LIMIT: change_limit,
    BulkVerb.ASK: ask_many,
}


def work(*, run_id: UUID | None = None, batches_max: int | None = None) -> int:
    """Work off this run, or all in turn, within BUDGET_S; returns how many were looked at."""
    started_s, settled, batches = clock.stopwatch_s(), 0, 0
    runs = [run_id] if run_id else _under_way()
    while runs:
        for each in list(runs):
            if batches == batches_max or clock.stopwatch_s() - started_s > BUDGET_S:
                return settled
            count = _batch(each)
            settled, batches = settled + count, batches + 1
            if count < BATCH:
                _finish(each)
                runs.remove(each)
    return settled


def work_alone() -> int:
    """What a worker does when it is woken: unless another one does it, so that some still send."""
    if not locks.try_session_locks([JOB_LOCK]):
        return 0
    try:
        settled = work()
        if settled and _under_way():
            jobs.after_commit("bulk")
        return settled
    finally:
        locks.free_session_locks([JOB_LOCK])


def _under_way() -> list[UUID]:
    running = BulkRun.objects.filter(status=BulkRunStatus.RUNNING).order_by("started_at")
    return list(running.values_list("pk", flat=True))


def _batch(run_id: UUID) -> int:
    """One batch, done or skipped, or nothing of it; returns how many there were."""
    with transaction.atomic(durable=True):
        run = BulkRun.objects.get(pk=run_id)
        if run.status != BulkRunStatus.RUNNING:
            return 0
        items = list(
            BulkItem.objects.select_for_update(skip_locked=True)
            .filter(run_id=run_id, settled_at=None)
            .order_by("id")[:BATCH]
        )
        if items:
            _settle(run, items, _do(run, [item.disbursement_id for item in items]))
        return len(items)


def _do(run: BulkRun, ids: list[UUID]) -> dict[UUID, str]:
    """Do what can be done; for each id why it was not, empty where it was.

    What a row depends on beside itself is read after its lock is had: not with it, where it
    would be as old as the wait for the lock.
    """
    rows = DisbursementRequest.objects.filter(pk__in=ids)
    if run.partners is not None:
        rows = rows.filter(partner_id__in=run.partners)
    locked = list(rows.select_for_update(of=("self",)).order_by("id"))
    at = clock.database_now()
    moment, limit = moment_in(run.options, at=at), limit_in(run.options)
    known = standings(
        DisbursementRequest.objects.filter(pk__in=[row.pk for row in locked]),
        at=at, moment=moment,
    )  # fmt: skip
    reasons = dict.fromkeys(ids, by_hand.NOT_FOUND) | {
        pk: by_hand.why_not(run.verb, standing, max_retries=limit)
        for pk, standing in known.items()
    }
    good = [row for row in locked if not reasons[row.pk]]
    if good:
        VERBS[run.verb](good, _deed(run, at, moment, limit))
    return reasons


def _deed(run: BulkRun, at: datetime, moment: datetime, limit: int | None) -> Deed:
    return Deed(
        reason=run.reason, actor=run.actor, at=at, moment=moment, max_retries=limit,
        details={"bulk_run": str(run.pk), "origin": run.origin},
    )  # fmt: skip


def _settle(run: BulkRun, items: Sequence[BulkItem], reasons: dict[UUID, str]) -> None:
    at = clock.database_now()
    by_reason: dict[str, list[int]] = {}
    for item in items:
        by_reason.setdefault(reasons[item.disbursement_id], []).append(item.pk)
    for reason, keys in by_reason.items():
        BulkItem.objects.filter(pk__in=keys).update(settled_at=at, skipped_because=reason)
    done = len(by_reason.get("", []))
    BulkRun.objects.filter(pk=run.pk).update(
        done=F("done") + done, skipped=F("skipped") + len(items) - done
    )


def _finish(run_id: UUID) -> None:
    """Where nothing waits any more; what another worker holds still waits, and it finishes."""
    with transaction.atomic(durable=True):
        run = BulkRun.objects.select_for_update().get(pk=run_id)
        waiting = BulkItem.objects.filter(run_id=run_id, settled_at=None)
        if run.status == BulkRunStatus.RUNNING and not waiting.exists():
            at = clock.database_now()
            states.advance(
                run, to=BulkRunStatus.FINISHED, at=at, ended_at=at,
                because=f"{run.done:,} done, {run.skipped:,} skipped",
            )  # fmt: skip
