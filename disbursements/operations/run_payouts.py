"""Pay winners in the foreground: what the worker's jobs do, for Stripe alone, or for one job."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from core import clock
from core.refusals import Refused
from disbursements import queries
from disbursements.models import PayoutJob
from disbursements.operations.accounts import wake_all
from disbursements.operations.ask import ask_due
from disbursements.operations.follow_jobs import follow_jobs
from disbursements.operations.recover import recover_expired
from disbursements.operations.refresh_accounts import refresh_accounts
from disbursements.operations.resume_funded import resume_funded
from disbursements.operations.schedule_payout import ORIGIN
from disbursements.operations.send import send_due
from disbursements.operations.send_reversals import send_reversals
from disbursements.queries import payout_jobs
from disbursements.queries import reversals as reversals_due
from disbursements.states import DisbursementStatus
from gateways.interface import Rail

LOOK_S = 0.25
LOOK_MAX_S = 2.0
DUE = ("recover", "send", "retry", "ask")


@dataclass(kw_only=True)
class PayoutRun:
    """How much of each was done, by the name of the worker's job; `accounts`: asked about."""

    done: dict[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """All of it."""
        return sum(self.done.values())

    def add(self, name: str, count: int) -> None:
        """So much more of it."""
        self.done[name] = self.done.get(name, 0) + count


def run_payouts(*, job_id: UUID | None = None, until_idle: bool = False) -> PayoutRun:
    """Everything that is due now, once; `until_idle`: until nothing is, now or later, without a
    person.

    Only payouts of this job are sent and asked about, else those of all. Raises Refused.
    """
    if job_id is not None and not PayoutJob.objects.filter(pk=job_id).exists():
        raise Refused(f"there is no payout job {job_id}", field="job")
    of, run, look_s = _of(job_id), PayoutRun(), LOOK_S
    while True:
        before = run.total
        for name, work in _work(of, job_id).items():
            run.add(name, work())
        if not until_idle:
            return run
        if run.total > before:
            look_s = LOOK_S
            continue
        moment = _next_moment(of, job_id)
        if moment is None:
            return run
        ahead_s = (moment - clock.database_now()).total_seconds()
        clock.wait(seconds=max(0.05, min(ahead_s, look_s)))
        look_s = min(look_s * 1.5, LOOK_MAX_S)


def _of(job_id: UUID | None) -> Q:
    of = Q(rail=Rail.STRIPE_TRANSFER)
    return of if job_id is None else of & Q(origin=ORIGIN, origin_id=str(job_id))


def _work(of: Q, job_id: UUID | None) -> dict[str, Callable[[], int]]:
    """In this order: what wakes winners, what pays them, what finds out, what says so."""
    return {
        "recover": recover_expired,
        "accounts": lambda: refresh_accounts(at=clock.database_now()),
        "wake": lambda: wake_all(at=clock.database_now()),
        "resume": resume_funded,
        "send": lambda: send_due(status=DisbursementStatus.QUEUED, of=of),
        "retry": lambda: send_due(status=DisbursementStatus.RETRYING, of=of),
        "ask": lambda: ask_due(of=of),
        "reversals": send_reversals,
        "follow": lambda: follow_jobs(job_id=job_id),
    }


def _next_moment(of: Q, job_id: UUID | None) -> datetime | None:
    at = clock.database_now()
    moments = [queries.next_moment(job=name, at=at, of=of) for name in DUE]
    if job_id is None:
        moments.append(reversals_due.next_moment())
    if payout_jobs.anything_to_wake():
        moments.append(at)
    return min((moment for moment in moments if moment is not None), default=None)
