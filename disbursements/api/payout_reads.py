"""What a caller may read of payout jobs: always filtered by the partners that are theirs."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from core.callers import Caller
from disbursements.api import pages
from disbursements.api.payout_query import Page, ReversalsAsked
from disbursements.models import (
    ConnectedAccount,
    DisbursementRetryLog,
    PayoutJob,
    PayoutTransfer,
    TransferReversal,
)
from disbursements.queries import payout_jobs
from disbursements.queries.filter_table import BadSelection
from disbursements.queries.payout_jobs import JobFigures, Share
from disbursements.queries.result_codes import CodeTable
from disbursements.rules.receiving import SAID
from disbursements.states import PayoutJobStatus, TransferStatus
from gateways import registry
from gateways.interface import Rail
from ledger.models import Entry
from vault.api.errors import ApiError, bad_fields

SETTLED = (
    "id", "partner", "shortcode", "settlement_id", "contest_id", "currency", "pool_minor",
    "total_minor", "winners_count", "max_attempts", "created_at",
)  # fmt: skip
TO_BE_TRIED = (TransferStatus.PENDING, TransferStatus.RETRYABLE)


@dataclass(frozen=True, kw_only=True)
class Beside:
    """What is read beside transfers, by their ids: attempts in order, and where they go."""

    attempts: Mapping[UUID, Sequence[DisbursementRetryLog]]
    destinations: Mapping[UUID, str]


def jobs_page(*, caller: Caller, page: Page) -> tuple[list[PayoutJob], str | None]:
    """A page of jobs, newest first, and the cursor of the next one. Raises ApiError (400)."""
    try:
        rows = payout_jobs.jobs(page.selection, partners=caller.partners)
    except BadSelection as error:
        raise _bad(error) from None
    return pages.page(rows, page, moment="created_at")


def transfers_page(*, job: PayoutJob, page: Page) -> tuple[list[PayoutTransfer], int | None]:
    """A page of a job's transfers in the settlement's order, and the line that it ends with;
    None on the last page. Raises ApiError (400).
    """
    try:
        rows = payout_jobs.winners(job, page.selection)
    except BadSelection as error:
        raise _bad(error) from None
    found = list(rows.filter(line__gt=page.after_line)[: page.limit + 1])
    shown = found[: page.limit]
    return shown, shown[-1].line if len(found) > page.limit else None


def reversals_page(
    *, caller: Caller, asked: ReversalsAsked
) -> tuple[list[TransferReversal], str | None]:
    """A page of reversals, newest first, and the cursor of the next one."""
    wanted = {
        "status__in": asked.status or None,
        "disbursement__partner_id": asked.partner,
        "disbursement_id": asked.transferId,
    }
    rows = reversals(caller).filter(**{k: v for k, v in wanted.items() if v is not None})
    return pages.page(rows, asked, moment="proposed_at")


def jobs(caller: Caller) -> QuerySet[PayoutJob]:
    """Every job that the caller may see."""
    return payout_jobs.jobs(partners=caller.partners)


def transfers(caller: Caller) -> QuerySet[PayoutTransfer]:
    """Every transfer that the caller may see, with its payout and job."""
    return _theirs(PayoutTransfer.objects.all(), caller, "partner_id").select_related(
        "disbursement", "job"
    )


def reversals(caller: Caller) -> QuerySet[TransferReversal]:
    """Every reversal that the caller may see."""
    rows = _theirs(TransferReversal.objects.all(), caller, "disbursement__partner_id")
    return rows.select_related("disbursement")


def beside(rows: Sequence[PayoutTransfer]) -> Beside:
    """The attempts of these transfers and where each goes or went; two queries."""
    attempts: dict[UUID, list[DisbursementRetryLog]] = {row.pk: [] for row in rows}
    logs = DisbursementRetryLog.objects.filter(disbursement_id__in=list(attempts))
    for log in logs.order_by("disbursement_id", "retry_attempt"):
        attempts[log.disbursement_id].append(log)
    accounts = {
        (account.partner_id, account.user_id): account.account_id
        for account in ConnectedAccount.objects.filter(
            partner_id__in={row.partner_id for row in rows},
            user_id__in={row.user_id for row in rows},
        )
    }
    return Beside(
        attempts=attempts,
        destinations={
            row.pk: _destination(
                row, attempts[row.pk], accounts.get((row.partner_id, row.user_id))
            )
            for row in rows
        },
    )


def booked(row: PayoutTransfer, attempts: Sequence[DisbursementRetryLog]) -> list[Entry]:
    """The ledger's entries about this transfer, in the order of the book."""
    prefixes = [each.hold_reference for each in attempts]
    prefixes += [each.late_reference for each in attempts]
    prefixes.append(f"payout:{row.pk}:")
    wanted = Q()
    for prefix in prefixes:
        wanted |= Q(reference=prefix.removesuffix(":")) | Q(
            reference__startswith=f"{prefix.removesuffix(':')}:"
        )
    return list(Entry.objects.filter(wanted).order_by("pk"))


def as_scheduled(job: PayoutJob) -> PayoutJob:
    """The job as it stood when it was handed in: a replay gets the same answer for ever."""
    return PayoutJob(
        **{name: getattr(job, name) for name in SETTLED}, status=PayoutJobStatus.PENDING,
        status_at=job.created_at,
    )  # fmt: skip


def all_pending(job: PayoutJob) -> JobFigures:
    """The figures of a job that was just handed in."""
    everybody = Share(count=job.winners_count, amount_minor=job.total_minor)
    states = dict.fromkeys(TransferStatus, Share()) | {TransferStatus.PENDING: everybody}
    return JobFigures(states=states)


def meanings(figures: Iterable[JobFigures]) -> dict[str, str]:
    """Why transfers wait, in words, by code; the code table is read only where it is needed."""
    codes = {code for each in figures for code in each.skipped}
    found = {code: SAID[code] for code in codes if code in SAID}
    if unsaid := codes - set(found):
        table, api = CodeTable.read(), registry.result_api(Rail.STRIPE_TRANSFER)
        found |= {code: table.in_words(code=code, api=api).happened for code in unsaid}
    return found


def _destination(
    row: PayoutTransfer, attempts: Sequence[DisbursementRetryLog], account_id: str | None
) -> str:
    """Where the latest attempt went; of what is to be tried yet, where it would go now."""
    if account_id and row.status in TO_BE_TRIED:
        return account_id
    return attempts[-1].destination if attempts else account_id or ""


def _bad(error: BadSelection) -> ApiError:
    return bad_fields({error.field or "filters": [f"{error.message}."]})


def _theirs(rows: QuerySet[Any], caller: Caller, path: str) -> QuerySet[Any]:
    return rows if caller.partners is None else rows.filter(**{f"{path}__in": caller.partners})
