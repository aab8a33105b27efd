"""How far a payout job is: its bar, the table beside it, who waits for an account and why."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from django.db.models import Count, QuerySet, Sum
from django.urls import reverse

from core import clock
from core.admin import shown
from core.admin.record import Column, Table
from disbursements.admin import job_words
from disbursements.models import PayoutJob, PayoutTransfer
from disbursements.queries.job_selection import standing
from disbursements.queries.payout_jobs import JobFigures, Share
from disbursements.states import DisbursementStatus, PayoutJobStatus, TransferStatus

PROGRESS = "admin:disbursements_payoutjob_progress"
POLL_S = 5


@dataclass(frozen=True, kw_only=True)
class Part:
    """One state: its word and colour, how many winners, how much, and the list of them."""

    state: str
    word: str
    tone: str
    meaning: str
    count: int
    amount: object
    start: str
    width: str
    url: str


@dataclass(frozen=True, kw_only=True)
class Progress:
    """The figures of a job at a moment; read again every POLL_S seconds until it is complete."""

    template: ClassVar[str] = "disbursements/job_progress.html"
    job: PayoutJob
    figures: JobFigures
    as_of: datetime
    poll_s: int = POLL_S

    @property
    def is_running(self) -> bool:
        """Whether more is to come."""
        return self.job.status != PayoutJobStatus.COMPLETE

    @property
    def url(self) -> str:
        """Where the figures are read again."""
        return reverse(PROGRESS, args=[self.job.pk])

    @property
    def parts(self) -> list[Part]:
        """Every state in the order of the bar, also those that nobody is in."""
        every, before, found = max(1, self.figures.winners.count), 0, []
        page = reverse(job_words.JOB, args=[self.job.pk])
        for state, (word, tone, meaning) in job_words.STATES.items():
            share = self.figures.states[state]
            found.append(
                Part(
                    state=str(state), word=word, tone=tone, meaning=meaning, count=share.count,
                    amount=self._amount(share.amount_minor), start=_percent(before, every),
                    width=_percent(share.count, every), url=f"{page}?state={state}",
                )
            )  # fmt: skip
            before += share.count
        return found

    @property
    def total(self) -> object:
        """What all winners are to get."""
        return self._amount(self.figures.winners.amount_minor)

    @property
    def returned(self) -> object:
        """What was paid and came back; empty for nothing."""
        back = self.figures.returned_minor
        return self._amount(back) if back else ""

    @property
    def spoken(self) -> str:
        """For those who listen: `12 of 20 have ended, 11 are paid`."""
        figures = self.figures
        return (
            f"{figures.ended.count:,} of {figures.winners.count:,} have ended, "
            f"{figures.paid.count:,} are paid"
        )

    @property
    def age(self) -> str:
        """The moment that the figures are of."""
        return f"{self.as_of.astimezone(clock.NAIROBI):%H:%M:%S} EAT"

    @property
    def skips(self) -> Table | None:
        """Who waits for an account: how many for each reason, and what to do; None: nobody."""
        if not self.figures.skipped:
            return None
        page = reverse(job_words.JOB, args=[self.job.pk])
        return Table(
            title="Waiting for their account",
            note="They are paid by themselves as soon as their account may receive.",
            columns=[Column(label="Winners", numeric=True), Column(label="Why"),
                     Column(label="What to do")],
            rows=[
                [
                    shown.link(f"{page}?waits=yes&skip={code}", f"{count:,}"),
                    job_words.skip_text(code),
                    job_words.skip_to_do(code),
                ]
                for code, count in self.figures.skipped.items()
            ],
        )  # fmt: skip

    def _amount(self, amount_minor: int) -> object:
        return shown.amount(amount_minor, self.job.currency)


def progress_of(job: PayoutJob, figures: JobFigures) -> Progress:
    """The figures of this moment."""
    return Progress(job=job, figures=figures, as_of=clock.now())


def next_step(job: PayoutJob, figures: JobFigures) -> str:
    """One or two sentences: what happens next, and whether a person has to do anything."""
    cancelled = _standing(figures, DisbursementStatus.CANCELLED)
    failed = figures.states[TransferStatus.FAILED_TERMINAL].count - cancelled
    left = [f"{_winners(cancelled)} cancelled."] if cancelled else []
    if job.status == PayoutJobStatus.COMPLETE:
        if failed:
            left.insert(0, f"{_winners(failed)} not paid: see why below, then retry.")
        elif not left:
            return "Nothing: every winner is paid."
        return " ".join(["Nothing by itself.", *left])
    sentences = []
    if waiting := sum(figures.skipped.values()):
        sentences.append(f"{_winners(waiting)} paid as soon as their account may receive.")
    if failed:
        sentences.append(f"{_winners(failed)} not paid: a person must look why.")
    parked = _standing(figures, DisbursementStatus.PARKED)
    stopped = max(0, parked + _standing(figures, DisbursementStatus.HELD) - waiting)
    if stopped:
        sentences.append(f"For {stopped:,} the cause must be put right first: see why below.")
    sentences += left
    others = figures.winners.count - figures.ended.count - waiting - stopped
    if others > 0:
        sentences.append(f"For {others:,} it goes on by itself.")
    return " ".join(sentences)


def totals(jobs: QuerySet[PayoutJob]) -> list[tuple[str, int, int, int]]:
    """Per currency of these jobs: currency, how many jobs, winners and minor units."""
    rows = jobs.order_by().values_list("currency")
    counted = rows.annotate(
        jobs=Count("pk"), winners=Sum("winners_count"), minor=Sum("total_minor")
    )
    return sorted(counted)


def paid_totals(jobs: QuerySet[PayoutJob]) -> dict[str, int]:
    """Minor units per currency of what winners of these jobs were paid."""
    rows = PayoutTransfer.objects.filter(
        standing(TransferStatus.COMPLETED), job__in=jobs.order_by().values("pk")
    )
    paid = rows.order_by().values_list("disbursement__currency")
    return dict(paid.annotate(minor=Sum("disbursement__amount_minor")))


def share_text(share: Share) -> str:
    """`3 winners`."""
    return f"{share.count:,} {'winner' if share.count == 1 else 'winners'}"


def _percent(count: int, every: int) -> str:
    """`42.857` of a hundred."""
    whole, thousandths = divmod(100_000 * count // every, 1_000)
    return f"{whole}.{thousandths:03}"


def _standing(figures: JobFigures, status: DisbursementStatus) -> int:
    return figures.payouts.get(status, Share()).count


def _winners(count: int) -> str:
    return f"{count:,} winner is" if count == 1 else f"{count:,} winners are"
