"""A payout job follows its winners: pending until one is tried, complete when all have ended."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from core import alerts, clock, states
from core.models import Alert
from disbursements.models import PayoutJob
from disbursements.queries import payout_jobs
from disbursements.states import PayoutJobStatus, TransferStatus

WAITS_ALERT = "payout_job_waits"
WAITS_AFTER = timedelta(hours=24)


def follow_jobs(*, job_id: UUID | None = None) -> int:
    """Bring this job's status up to its winners', or every job's; how many changed.

    Jobs that are not complete after WAITS_AFTER get an alert each.
    """
    ids = payout_jobs.to_follow() if job_id is None else [job_id]
    changed = sum(_follow(each) for each in ids)
    at = clock.database_now()
    late = payout_jobs.waits_since(at - clock.scaled(WAITS_AFTER)).select_related("partner")
    _tell(list(late if job_id is None else late.filter(pk=job_id)), at)
    return changed


def _follow(job_id: UUID) -> bool:
    """One job; what is under another session's hands is left to it."""
    with transaction.atomic(durable=True):
        job = (
            PayoutJob.objects.select_for_update(skip_locked=True, of=("self",))
            .filter(pk=job_id)
            .first()
        )
        if job is None:
            return False
        told, at = payout_jobs.status_told(job_id), clock.database_now()
        if told == job.status:
            return False
        complete = told == PayoutJobStatus.COMPLETE
        states.advance(
            job, to=told, at=at, because=_because(job, told), completed_at=at if complete else None
        )
        if complete:
            alerts.close_alerts(kind=WAITS_ALERT, key=str(job.pk), at=at, actor=states.SYSTEM)
    return True


def _because(job: PayoutJob, told: PayoutJobStatus) -> str:
    if told == PayoutJobStatus.PROCESSING:
        again = job.status == PayoutJobStatus.COMPLETE
        return "a winner is open again" if again else "the first winner was tried"
    counted = payout_jobs.figures([job.pk])[job.pk]
    not_paid = counted.states[TransferStatus.FAILED_TERMINAL].count
    return f"every winner has ended: {counted.paid.count:,} paid, {not_paid:,} not"


def _tell(jobs: Collection[PayoutJob], at: datetime) -> None:
    """One alert for each, once."""
    told = set(
        Alert.objects.filter(
            kind=WAITS_ALERT, key__in=[str(job.pk) for job in jobs], closed_at=None
        ).values_list("key", flat=True)
    )
    fresh = [job for job in jobs if str(job.pk) not in told]
    counted = payout_jobs.figures([job.pk for job in fresh])
    for job in fresh:
        found = counted[job.pk]
        waiting = found.winners.count - found.ended.count
        alerts.raise_alert(
            kind=WAITS_ALERT, key=str(job.pk), at=at,
            text=f"Settlement {job.settlement_id} of {job.partner} is not paid out a day after it "
            f"came: {waiting:,} of {job.winners_count:,} winners wait. Why each of them does "
            f"stands on its page, and in manage.py payout_job {job.pk}.",
            details={"job": str(job.pk), "skipped": dict(found.skipped)},
        )  # fmt: skip
