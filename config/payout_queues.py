"""The work queues of payout jobs: jobs that are open, winners without an account, reversals."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import Count, Min, Q, QuerySet, Sum
from django.http import HttpRequest
from django.urls import reverse

from config.work_queues import Queue
from core.admin import shown
from core.admin.scope import of_partners, partners_of
from disbursements.models import PayoutJob, PayoutTransfer, TransferReversal
from disbursements.operations import reversals
from disbursements.queries.job_selection import LATE, WAITS
from disbursements.states import PayoutJobStatus, ReversalStatus

JOBS = "admin:disbursements_payoutjob_changelist"
WINNERS = "admin:disbursements_payouttransfer_changelist"
REVERSALS = "admin:disbursements_transferreversal_changelist"


def queues(request: HttpRequest, *, at: datetime) -> Iterator[Queue]:
    """What waits among the payout jobs that the person may see; nothing where there are none."""
    jobs = _of(request, PayoutJob.objects.all())
    may_see = request.user.has_perm("disbursements.view_payoutjob")
    if not may_see or not jobs.exists():
        return
    yield _open_jobs(jobs, at)
    if request.user.has_perm("disbursements.view_payouttransfer"):
        yield _without_account(_of(request, PayoutTransfer.objects.all()))
    if request.user.has_perm("disbursements.view_transferreversal"):
        yield from _reversals(request)


def _open_jobs(jobs: QuerySet[PayoutJob], at: datetime) -> Queue:
    """Red once one of them is older than a day."""
    found = jobs.filter(~Q(status=PayoutJobStatus.COMPLETE)).aggregate(
        jobs=Count("pk"), late=Count("pk", filter=Q(created_at__lte=at - LATE)),
        oldest=Min("created_at"),
    )  # fmt: skip
    totals = jobs.filter(~Q(status=PayoutJobStatus.COMPLETE)).order_by().values_list("currency")
    late = f"{found['late']:,} for more than 24 h." if found["late"] else ""
    since = f"The oldest came {shown.relative(found['oldest'])}." if found["oldest"] else ""
    return Queue(
        name="Payout jobs not complete", count=found["jobs"],
        totals=dict(totals.annotate(minor=Sum("total_minor"))) if found["jobs"] else {},
        tone=shown.BAD if found["late"] else shown.WAIT, url=f"{reverse(JOBS)}?open=yes",
        text=" ".join(filter(None, [late, since])) or "Every settlement is paid out.",
    )  # fmt: skip


def _without_account(winners: QuerySet[PayoutTransfer]) -> Queue:
    waiting = winners.filter(WAITS).order_by().values_list("disbursement__currency")
    found = list(waiting.annotate(rows=Count("pk"), minor=Sum("disbursement__amount_minor")))
    count = sum(rows for _, rows, _ in found)
    return Queue(
        name="Winners waiting for their account", count=count,
        totals={currency: minor for currency, _, minor in found},
        tone=shown.WARN, url=f"{reverse(WINNERS)}?waits=yes",
        text="Paid by themselves as soon as their account may receive."
        if count
        else "Everybody who won can be paid.",
    )  # fmt: skip


def _reversals(request: HttpRequest) -> Iterator[Queue]:
    """Proposals of others that the person may decide on, and their own that wait."""
    mine = Q(proposed_by=request.user.get_username())
    rows = _of(request, TransferReversal.objects.all(), path="disbursement__partner")
    proposed = rows.filter(status=ReversalStatus.PROPOSED).aggregate(
        mine=Count("pk", filter=mine), others=Count("pk", filter=~mine)
    )
    url = f"{reverse(REVERSALS)}?status=proposed"
    if request.user.has_perm(reversals.APPROVE):
        yield Queue(
            name="Reversals waiting for my approval", count=proposed["others"], url=url,
            tone=shown.WARN, text="Another person wants money back from a winner.",
        )  # fmt: skip
    if proposed["mine"]:
        yield Queue(
            name="My reversals waiting", count=proposed["mine"], url=url, tone=shown.WAIT,
            text="Another person has to agree.",
        )  # fmt: skip


def _of(request: HttpRequest, rows: QuerySet[Any], path: str = "partner") -> QuerySet[Any]:
    return of_partners(rows, partners_of(request), path=path)
