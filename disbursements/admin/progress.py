"""How far a bulk run has come, and why payouts of it were skipped."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from django.urls import reverse

from core import clock
from disbursements.admin.chosen import listed
from disbursements.models import BulkItem, BulkRun
from disbursements.operations import bulk
from disbursements.states import BulkRunStatus

POLL_S = 2
REASONS_SHOWN = 12
EXAMPLES_SHOWN = 3
PAYOUT = "admin:disbursements_disbursementrequest_change"
PAYOUTS = "admin:disbursements_disbursementrequest_changelist"


@dataclass(frozen=True, kw_only=True)
class Skipped:
    """One reason, how many were skipped for it, and the first of them."""

    reason: str
    count: int
    examples: Sequence[tuple[str, str]]

    @property
    def more(self) -> int:
        """How many are not named."""
        return self.count - len(self.examples)


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far a run has come; read again every POLL_S seconds while it is under way."""

    template: ClassVar[str] = "disbursements/bulk_run_progress.html"
    run: BulkRun
    skipped: Sequence[Skipped]
    as_of: datetime
    poll_s: int = POLL_S

    @property
    def is_running(self) -> bool:
        """Whether more is to come."""
        return self.run.status == BulkRunStatus.RUNNING

    @property
    def settled(self) -> int:
        """Done or skipped."""
        return self.run.done + self.run.skipped

    @property
    def waiting(self) -> int:
        """Not reached yet."""
        return self.run.total - self.settled

    @property
    def percent(self) -> int:
        """0 to 100, 100 only when nothing waits."""
        return 100 * self.settled // self.run.total if self.run.total else 100

    @property
    def url(self) -> str:
        """Where the figures are read again."""
        return reverse("admin:disbursements_bulkrun_progress", args=[self.run.pk])

    @property
    def parts(self) -> list[tuple[str, int, str]]:
        """Word, how many, and the list of them."""
        counts = (
            ("done", self.run.done), ("skipped", self.run.skipped), ("waiting", self.waiting),
        )  # fmt: skip
        address = reverse(PAYOUTS)
        return [(name, count, f"{address}?{listed(self.run, name)}") for name, count in counts]

    @property
    def age(self) -> str:
        """The moment that the figures are of."""
        return f"{self.as_of.astimezone(clock.NAIROBI):%H:%M:%S} EAT"


def progress_of(run: BulkRun) -> Progress:
    """The figures of this moment."""
    return Progress(run=run, skipped=list(_skipped(run)), as_of=clock.now())


def _skipped(run: BulkRun) -> Iterator[Skipped]:
    if not run.skipped:
        return
    reasons = sorted(bulk.skips(run).items(), key=lambda pair: -pair[1])
    for reason, count in reasons[:REASONS_SHOWN]:
        items = BulkItem.objects.filter(run=run, skipped_because=reason)
        first = items.values_list("disbursement_id", "disbursement__client_reference")
        examples = [
            (reverse(PAYOUT, args=[id_]), reference) for id_, reference in first[:EXAMPLES_SHOWN]
        ]
        yield Skipped(reason=reason, count=count, examples=examples)
