"""A contest's settlement becomes one job, and each of its winners one payout: however often said.

The settlement's id makes the job unique, contest and user make the winner unique; both by the
database, so that a race of any number gives one.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction

from core import jobs, states
from core.refusals import Refused
from disbursements.models import DisbursementRequest, PayoutJob, PayoutTransfer
from disbursements.operations.instruct import ConflictingReplay
from disbursements.operations.which_shortcode import stripe_account_for
from disbursements.queries.payout_jobs import already_won
from disbursements.rules.contest_settlement import (
    CheckedSettlement,
    CheckedWinner,
    ContestSettlement,
    SettlementProblem,
    check,
)
from disbursements.states import DisbursementStatus, PayoutJobStatus
from gateways.interface import Rail
from vault.models import Shortcode

ORIGIN = "payout_job"
COMMAND = "Transfer"
REMARKS_LENGTH_MAX = 100
NAMED_MAX = 3
RACES_MAX = 3


class BadSettlement(Refused):
    """Fields are wrong; `problems` names each with its line. Nothing was changed."""

    def __init__(self, problems: Sequence[SettlementProblem]) -> None:
        more = len(problems) - NAMED_MAX
        told = [str(each) for each in problems[:NAMED_MAX]]
        super().__init__("; ".join([*told, f"and {more:,} more"] if more > 0 else told))
        self.problems = list(problems)


class ConflictingSettlement(ConflictingReplay):
    """This settlement was another, or winners of it are in another one; nothing was changed.

    `problems` names each such winner with the line.
    """

    def __init__(
        self, message: str, *, field: str, problems: Sequence[SettlementProblem] = ()
    ) -> None:
        super().__init__(message, field=field)
        self.problems = list(problems)


@dataclass(frozen=True, kw_only=True)
class Scheduled:
    """The job; `replayed` when it was there already."""

    job: PayoutJob
    replayed: bool


@dataclass(frozen=True, kw_only=True)
class SettlementPreview:
    """What handing it in would do. `job`: it was handed in before, and would be this one again."""

    settlement: CheckedSettlement
    shortcode: Shortcode
    job: PayoutJob | None


def schedule_payout_for_settlement(
    *,
    partner_id: UUID,
    settlement: ContestSettlement,
    origin: str,
    actor: str,
    at: datetime,
    shortcode_number: str | None = None,
) -> Scheduled:
    """Queue a payout for each winner, in one transaction. The same again is the same job.

    Raises BadSettlement, ConflictingSettlement (a ConflictingReplay) and NoShortcode.
    """
    checked = _checked(settlement)
    digest = checked.digest(shortcode_number=shortcode_number)
    races = 0
    while True:
        with transaction.atomic():
            earlier = _earlier(partner_id, checked, digest)
            if earlier is not None:
                return Scheduled(job=earlier, replayed=True)
            shortcode = stripe_account_for(partner_id=partner_id, number=shortcode_number)
            _refuse_paid_elsewhere(partner_id, checked)
            job = _job(checked, shortcode, digest, origin=origin, actor=actor, at=at)
            try:
                with transaction.atomic():
                    _write(job, checked, shortcode, at=at)
            except IntegrityError:  # somebody was quicker: what they did is looked at anew
                races += 1
                if races == RACES_MAX:
                    raise
                continue
            jobs.after_commit("payouts")
            jobs.after_commit("send")
        return Scheduled(job=job, replayed=False)


def preview(
    *, partner_id: UUID, settlement: ContestSettlement, shortcode_number: str | None = None
) -> SettlementPreview:
    """The same, looked at only. Raises what handing it in would raise."""
    checked = _checked(settlement)
    digest = checked.digest(shortcode_number=shortcode_number)
    earlier = _earlier(partner_id, checked, digest)
    if earlier is not None:
        return SettlementPreview(settlement=checked, shortcode=earlier.shortcode, job=earlier)
    shortcode = stripe_account_for(partner_id=partner_id, number=shortcode_number)
    _refuse_paid_elsewhere(partner_id, checked)
    return SettlementPreview(settlement=checked, shortcode=shortcode, job=None)


def _checked(settlement: ContestSettlement) -> CheckedSettlement:
    checked, problems = check(settlement, retries_limit=settings.VAULT_MAX_RETRIES_LIMIT)
    if checked is None:
        raise BadSettlement(problems)
    return checked


def _earlier(partner_id: UUID, checked: CheckedSettlement, digest: bytes) -> PayoutJob | None:
    """The job that this repeats. Raises ConflictingSettlement when it was another settlement."""
    job = (
        PayoutJob.objects.select_related("shortcode")
        .filter(partner_id=partner_id, settlement_id=checked.settlement_id)
        .first()
    )
    if job is not None and bytes(job.request_digest) != digest:
        raise ConflictingSettlement(
            f"{checked.settlement_id} was handed in before with another content (job {job.pk}): "
            "nothing was changed; use a new id for a new settlement, such as "
            f"{checked.settlement_id[:90]}-2",
            field="settlement_id",
        )
    return job


def _refuse_paid_elsewhere(partner_id: UUID, checked: CheckedSettlement) -> None:
    """Raises ConflictingSettlement when a winner of this contest is in another settlement.

    Winners of this very one were handed in by somebody quicker: the insert meets them, and looks.
    """
    found = already_won(
        partner_id=partner_id,
        contest_id=checked.contest_id,
        user_ids=[winner.user_id for winner in checked.winners],
    )
    problems = [
        SettlementProblem(
            line=winner.line, field="user_id", value=winner.user_id,
            message=f"is a winner of {checked.contest_id} in settlement {found[winner.user_id]} "
            "already: each is paid once, leave the line out",
        )
        for winner in checked.winners
        if found.get(winner.user_id, checked.settlement_id) != checked.settlement_id
    ]  # fmt: skip
    if problems:
        told = "; ".join(str(each) for each in problems[:NAMED_MAX])
        more = len(problems) - NAMED_MAX
        raise ConflictingSettlement(
            f"nothing was changed: {told}" + (f"; and {more:,} more" if more > 0 else ""),
            field="winners", problems=problems,
        )  # fmt: skip


def _job(
    checked: CheckedSettlement,
    shortcode: Shortcode,
    digest: bytes,
    *,
    origin: str,
    actor: str,
    at: datetime,
) -> PayoutJob:
    return PayoutJob(
        partner_id=shortcode.partner_id, shortcode=shortcode,
        settlement_id=checked.settlement_id, contest_id=checked.contest_id,
        currency=checked.currency, pool_minor=checked.pool_minor,
        total_minor=checked.total_minor, winners_count=len(checked.winners),
        max_attempts=checked.attempts, request_digest=digest, status=PayoutJobStatus.PENDING,
        status_at=at, origin=origin, created_by=actor, created_at=at,
    )  # fmt: skip


def _write(
    job: PayoutJob, checked: CheckedSettlement, shortcode: Shortcode, *, at: datetime
) -> None:
    """The job first: who hands in the same waits there, and has written nothing else by then.

    Winners are written in the order of their ids, so that two settlements with winners in common
    wait for each other on one side only.
    """
    because, actor = f"settlement {job.settlement_id} by {job.origin}", job.created_by
    winners = sorted(checked.winners, key=lambda each: each.user_id)
    payouts = [_payout(job, shortcode, winner, at=at) for winner in winners]
    states.begin([job], at=at, because=because, actor=actor)
    states.begin(payouts, at=at, because=because, actor=actor)
    PayoutTransfer.objects.bulk_create(
        PayoutTransfer(
            disbursement=payout, job=job, partner_id=job.partner_id,
            contest_id=job.contest_id, user_id=winner.user_id, line=winner.line,
        )
        for payout, winner in zip(payouts, winners, strict=True)
    )  # fmt: skip


def _payout(
    job: PayoutJob, shortcode: Shortcode, winner: CheckedWinner, *, at: datetime
) -> DisbursementRequest:
    row = DisbursementRequest(
        partner_id=job.partner_id, shortcode=shortcode, rail=Rail.STRIPE_TRANSFER.value,
        status=DisbursementStatus.QUEUED, status_at=at, origin=ORIGIN, origin_id=str(job.pk),
        created_by=job.created_by, created_at=at, payee_user=winner.user_id,
        amount_minor=winner.amount_minor, currency=job.currency, command_id=COMMAND,
        remarks=f"Contest {job.contest_id}"[:REMARKS_LENGTH_MAX],
        max_retries=job.max_attempts - 1, due_at=at,
        request_digest=hashlib.sha256(
            bytes(job.request_digest) + f"{winner.user_id}:{winner.amount_minor}".encode()
        ).digest(),
    )  # fmt: skip
    row.client_reference = f"payout:{row.pk}"
    return row
