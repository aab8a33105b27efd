"""What became of the demo's winners: our tables, our ledger and the simulated Stripe's book."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Sum

from config.books import breaks
from config.demo.provider import simulator
from core.models import Step
from disbursements.models import DisbursementRequest, PayoutJob
from disbursements.states import DisbursementStatus
from ledger import chart
from ledger.queries import balances
from vault.models import Shortcode

PAID = (DisbursementStatus.COMPLETED, DisbursementStatus.RETURNED)


@dataclass(frozen=True, kw_only=True)
class OneContest:
    """One currency's contest. Minor units; `paid_minor` is less by what came back."""

    currency: str
    status: str
    winners: int
    by_status: dict[str, int]
    won_minor: int
    paid: int
    paid_minor: int
    returned_minor: int
    book: int
    book_minor: int
    ledger_minor: int

    @property
    def agrees(self) -> bool:
        """Our receipts, our ledger and Stripe's book say the same."""
        return self.paid == self.book and self.paid_minor == self.ledger_minor == self.book_minor


@dataclass(frozen=True, kw_only=True)
class ContestFigures:
    """All contests. `strays`: transfers that are no receipt of ours, or that we think were made.

    `woken`: winners whose account could not receive at first.
    """

    contests: Sequence[OneContest]
    attempts: int
    woken: int
    paid_twice: int
    strays: int
    breaks: list[str] = field(default_factory=list)

    @property
    def books_agree(self) -> bool:
        """In every currency, and nobody was paid twice."""
        sound = not (self.paid_twice or self.strays or self.breaks)
        return sound and all(each.agrees for each in self.contests)


def contest_figures(shortcode: Shortcode) -> ContestFigures:
    """Count both sides now."""
    book: dict[str, Any] = simulator("GET", "stripe-book").json()
    rows = DisbursementRequest.objects.filter(shortcode=shortcode)
    receipts = set(rows.exclude(receipt=None).values_list("receipt", flat=True))
    made = {each["id"] for each in book["transfers"]}
    return ContestFigures(
        contests=list(_contests(shortcode, book)),
        attempts=rows.aggregate(made=Sum("attempts_made"))["made"] or 0,
        woken=_woken(shortcode),
        paid_twice=len(book["paidTwice"]),
        strays=len(receipts ^ made),
        breaks=list(breaks()),
    )


def _contests(shortcode: Shortcode, book: dict[str, Any]) -> Iterator[OneContest]:
    held = {each.code: each.debit_minor - each.credit_minor for each in balances(prefix="partner")}
    for job in PayoutJob.objects.filter(shortcode=shortcode).order_by("-currency"):
        rows = DisbursementRequest.objects.filter(origin_id=str(job.pk))
        paid = rows.filter(status__in=PAID).aggregate(
            count=Count("pk"), minor=Sum("amount_minor"), returned=Sum("returned_minor")
        )
        name = job.currency.lower()
        account = chart.partner_payouts(shortcode.partner_id, job.currency).code
        yield OneContest(
            currency=job.currency, status=job.status, winners=job.winners_count,
            by_status=dict(Counter(rows.values_list("status", flat=True))),
            won_minor=job.total_minor, paid=paid["count"],
            paid_minor=(paid["minor"] or 0) - (paid["returned"] or 0),
            returned_minor=paid["returned"] or 0,
            book=sum(each["currency"] == name for each in book["transfers"]),
            book_minor=book["totals"].get(name, 0), ledger_minor=held.get(account, 0),
        )  # fmt: skip


def _woken(shortcode: Shortcode) -> int:
    """By their trail: they waited, and were paid all the same."""
    paid = DisbursementRequest.objects.filter(shortcode=shortcode, status__in=PAID)
    ids = [str(pk) for pk in paid.values_list("pk", flat=True)]
    waited = Step.objects.filter(
        subject_type="DisbursementRequest", subject_id__in=ids,
        to_status__in=[DisbursementStatus.HELD, DisbursementStatus.PARKED],
    )  # fmt: skip
    return waited.values("subject_id").distinct().count()
