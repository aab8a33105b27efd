"""Reads: payout jobs with their figures, their winners, and why a winner was not paid."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum
from django.db.models.expressions import RawSQL

from disbursements.models import PayoutJob, PayoutTransfer
from disbursements.queries.accounts import held_back, parked_back
from disbursements.queries.job_selection import JOBS, WINNERS
from disbursements.queries.payout_reasons import why, whys
from disbursements.states import (
    FINAL,
    TRANSFER_STATUS,
    DisbursementStatus,
    PayoutJobStatus,
    TransferStatus,
)
from gateways.interface import Rail

__all__ = [
    "JobFigures", "Share", "already_won", "anything_to_wake", "figures", "jobs", "next_moment",
    "status_told", "to_follow", "waits_since", "why", "whys", "winners",
]  # fmt: skip

S = DisbursementStatus
MAY_BE_SKIPPED = (S.HELD, S.PARKED)
OPEN = tuple(sorted(set(S) - FINAL))
_WINNERS = PayoutTransfer.objects.filter(job=OuterRef("pk"))
STILL_OPEN = Exists(_WINNERS.filter(disbursement__status__in=OPEN))
TRIED = Exists(_WINNERS.filter(disbursement__attempts_made__gt=0))
Partners = Collection[UUID] | None


@dataclass(frozen=True, kw_only=True)
class Share:
    """How many winners, and what they get, in minor units of their job's currency."""

    count: int = 0
    amount_minor: int = 0

    def __add__(self, other: "Share") -> "Share":
        return Share(
            count=self.count + other.count, amount_minor=self.amount_minor + other.amount_minor
        )


@dataclass(frozen=True, kw_only=True)
class JobFigures:
    """How a job's winners stand. Every state is in `states`, also those that nobody is in.

    `payouts`: the same by the status of payouts, only those that are. `skipped`: by code of
    rules/receiving.py, who waits for an account. `returned_minor`: what was paid and came back.
    """

    states: Mapping[TransferStatus, Share]
    payouts: Mapping[str, Share] = field(default_factory=dict)
    skipped: Mapping[str, int] = field(default_factory=dict)
    returned_minor: int = 0

    @property
    def winners(self) -> Share:
        """All of them."""
        return sum(self.states.values(), Share())

    @property
    def paid(self) -> Share:
        """Who was paid, also when it came back."""
        return self.states[TransferStatus.COMPLETED]

    @property
    def ended(self) -> Share:
        """For whom nothing more happens by itself."""
        return self.paid + self.states[TransferStatus.FAILED_TERMINAL]

    @property
    def percent_ended(self) -> int:
        """0 to 100, rounded down; 100 only when everybody's has ended."""
        return 100 * self.ended.count // max(1, self.winners.count)


def figures(job_ids: Collection[UUID]) -> dict[UUID, JobFigures]:
    """Of each of these jobs; one query."""
    lines = (
        PayoutTransfer.objects.filter(job__in=job_ids)
        .order_by()
        .values_list("job_id", "disbursement__status", "skip_code")
        .annotate(
            count=Count("pk"), amount=Sum("disbursement__amount_minor"),
            returned=Sum("disbursement__returned_minor"),
        )
    )  # fmt: skip
    counted = {pk: _Counted() for pk in job_ids}
    for pk, status, skip_code, count, amount_minor, returned_minor in lines if counted else ():
        counted[pk].add(status, Share(count=count, amount_minor=amount_minor))
        counted[pk].returned_minor += returned_minor
        if skip_code and status in MAY_BE_SKIPPED:
            counted[pk].skip(skip_code, count)
    return {pk: each.figures() for pk, each in counted.items()}


class _Counted:
    """The figures of one job, line by line."""

    def __init__(self) -> None:
        self.payouts: dict[str, Share] = {}
        self.skipped: dict[str, int] = {}
        self.returned_minor = 0

    def add(self, status: str, share: Share) -> None:
        self.payouts[status] = self.payouts.get(status, Share()) + share

    def skip(self, code: str, count: int) -> None:
        self.skipped[code] = self.skipped.get(code, 0) + count

    def figures(self) -> JobFigures:
        states = dict.fromkeys(TransferStatus, Share())
        for status, share in self.payouts.items():
            states[TRANSFER_STATUS[status]] += share
        skipped = sorted(self.skipped.items(), key=lambda pair: (-pair[1], pair[0]))
        return JobFigures(
            states=states, payouts=self.payouts, skipped=dict(skipped),
            returned_minor=self.returned_minor,
        )  # fmt: skip


def jobs(selection: Mapping[str, str] | None = None, *, partners: Partners) -> QuerySet[PayoutJob]:
    """The jobs of a selection (queries/job_selection.JOBS), newest first. `partners` None: of
    all. Raises BadSelection.
    """
    rows = JOBS.narrowed(
        PayoutJob.objects.select_related("partner", "shortcode"), selection or {},
        partners=partners, may_see_phones=False,
    )  # fmt: skip
    return rows.order_by("-created_at", "-id")


def winners(
    job: PayoutJob, selection: Mapping[str, str] | None = None
) -> QuerySet[PayoutTransfer]:
    """A job's winners in the order of its settlement, with their payouts. Raises BadSelection."""
    rows = WINNERS.narrowed(
        PayoutTransfer.objects.filter(job=job).select_related("disbursement", "job"),
        selection or {}, partners=None, may_see_phones=False,
    )  # fmt: skip
    return rows.order_by("line")


def already_won(*, partner_id: UUID, contest_id: str, user_ids: Collection[str]) -> dict[str, str]:
    """Of these users those who are in a job of this contest, and its settlement's id."""
    found = PayoutTransfer.objects.filter(
        partner_id=partner_id,
        contest_id=contest_id,
        user_id__in=RawSQL("SELECT unnest(%s::text[])", [list(user_ids)]),
    )
    return dict(found.order_by().values_list("user_id", "job__settlement_id"))


def to_follow() -> list[UUID]:
    """Jobs whose status is no longer what their winners say; two queries.

    A complete job that is open again is found by the open payouts, which are few.
    """
    behind = PayoutJob.objects.exclude(status=PayoutJobStatus.COMPLETE).filter(
        ~STILL_OPEN | Q(TRIED, status=PayoutJobStatus.PENDING)
    )
    again = PayoutTransfer.objects.filter(
        disbursement__rail=Rail.STRIPE_TRANSFER,
        disbursement__status__in=OPEN,
        job__status=PayoutJobStatus.COMPLETE,
    )
    return [
        *behind.order_by("created_at", "id").values_list("pk", flat=True),
        *again.order_by("job_id").values_list("job_id", flat=True).distinct(),
    ]


def status_told(job_id: UUID) -> PayoutJobStatus:
    """What the winners of a job say its status is; that it was tried stays so."""
    row = PayoutJob.objects.annotate(is_open=STILL_OPEN, is_tried=TRIED).get(pk=job_id)
    if not row.is_open:
        return PayoutJobStatus.COMPLETE
    fresh = row.status == PayoutJobStatus.PENDING and not row.is_tried
    return PayoutJobStatus.PENDING if fresh else PayoutJobStatus.PROCESSING


def waits_since(moment: datetime) -> QuerySet[PayoutJob]:
    """Jobs of before this moment that are not complete, the oldest first."""
    rows = PayoutJob.objects.exclude(status=PayoutJobStatus.COMPLETE)
    return rows.filter(created_at__lte=moment).order_by("created_at", "id")


def anything_to_wake() -> bool:
    """Whether a winner waits whose account may receive now."""
    return held_back().exists() or parked_back().exists()


def next_moment(*, at: datetime) -> datetime | None:
    """Now, while a winner may be woken or a job is behind its winners; else none."""
    return at if anything_to_wake() or to_follow() else None
