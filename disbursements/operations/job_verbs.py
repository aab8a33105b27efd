"""What a person may have done to the winners of a payout job: retry, force, cancel.

Each is a bulk run over frozen ids, so that every winner is done or skipped with its reason.
"""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from core.callers import Caller
from core.refusals import Refused
from disbursements.models import BulkRun, BulkVerb, PayoutJob, PayoutTransfer
from disbursements.operations import bulk
from disbursements.operations.freeze import NothingSelected
from disbursements.rules import by_hand

RETRY = "disbursements.retry_payoutjob"
CANCEL = "disbursements.cancel_payoutjob"
EXAMPLE = "0b9c5f6e-3d0b-4a64-9d5e-6f1f0a9c2b11"


class NoSuchJob(Refused):
    """There is no such job, or it is not the caller's to see."""


def retry_job(
    *,
    job_id: UUID,
    reason: str,
    caller: Caller,
    at: datetime,
    transfer_ids: Collection[UUID] | None = None,
    force: bool = False,
    run_id: UUID | None = None,
) -> BulkRun:
    """Send again who is proven not paid: all of the job, or those named.

    `force`: failed ones, whatever their code and number of tries say. Raises NotAllowed,
    NoSuchJob, NothingSelected, and Refused for the reason and for ids of others.
    """
    verb = BulkVerb.FORCE if force else BulkVerb.RETRY
    ids = meant(
        job_id=job_id, named=transfer_ids, verb=verb, caller=_allowed(caller, RETRY),
        run_id=run_id,
    )  # fmt: skip
    return bulk.start(verb=verb, reason=reason, caller=caller, at=at, ids=ids, run_id=run_id)


def cancel_job(
    *,
    job_id: UUID,
    reason: str,
    caller: Caller,
    at: datetime,
    transfer_ids: Collection[UUID] | None = None,
    run_id: UUID | None = None,
) -> BulkRun:
    """Withdraw who was never sent: all of the job, or those named. Raises like retry_job."""
    verb = BulkVerb.CANCEL
    ids = meant(
        job_id=job_id, named=transfer_ids, verb=verb, caller=_allowed(caller, CANCEL),
        run_id=run_id,
    )  # fmt: skip
    return bulk.start(verb=verb, reason=reason, caller=caller, at=at, ids=ids, run_id=run_id)


def job_of(*, job_id: UUID, caller: Caller) -> PayoutJob:
    """The job, when the caller may touch it. Raises NoSuchJob."""
    job = PayoutJob.objects.select_related("partner", "shortcode").filter(pk=job_id).first()
    if job is None or not caller.may_touch(job.partner_id):
        raise NoSuchJob(f"there is no payout job {job_id}", field="job")
    return job


def meant(
    *,
    job_id: UUID,
    named: Collection[UUID] | None,
    verb: str,
    caller: Caller,
    run_id: UUID | None = None,
) -> list[UUID]:
    """The ids of those named; of a whole job those who stand so that the verb is for them.

    Nobody may be left only when the run was begun before: it is the same again. Raises
    NoSuchJob, NothingSelected, Refused.
    """
    job = job_of(job_id=job_id, caller=caller)
    rows = PayoutTransfer.objects.filter(job=job).order_by("line")
    if named is None:
        rows = rows.filter(disbursement__status__in=by_hand.STATUSES[verb])
    else:
        rows = rows.filter(pk__in=set(named))
    ids = list(rows.values_list("pk", flat=True))
    if strangers := sorted(set(named or ()) - set(ids)):
        raise Refused(
            f"{strangers[0]} is no winner of {job.settlement_id}: name ids of this job's "
            f"winners, such as {ids[0] if ids else EXAMPLE}",
            field="transfer_ids",
        )
    if not ids and not (run_id and BulkRun.objects.filter(pk=run_id).exists()):
        raise NothingSelected(
            f"no winner of {job.settlement_id} is named, or stands so that this could be done: "
            f"look at their states, such as with manage.py payout_job {job.pk}"
        )
    return ids


def _allowed(caller: Caller, permission: str) -> Caller:
    caller.demand(permission)
    return caller
