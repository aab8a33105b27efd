"""The work queues of the home page: how much waits, what it is, where it is listed.

Each stands only before those who may open it, and counts only the rows that they may see.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Sum
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from core import clock
from core.admin import shown
from core.admin.scope import of_partners, partners_of
from disbursements.models import BulkRun, DisbursementRequest, Settlement
from disbursements.queries import waiting
from disbursements.queries.result_codes import CodeTable
from disbursements.states import BulkRunStatus, DisbursementStatus, SettlementStatus

S = DisbursementStatus
PAYOUTS = "admin:disbursements_disbursementrequest_changelist"
SETTLEMENTS = "admin:disbursements_settlement_changelist"
BULK_RUNS = "admin:disbursements_bulkrun_changelist"
UNKNOWN_LONG_MINUTES = 30

Partners = frozenset[UUID] | None


@dataclass(frozen=True, kw_only=True)
class Queue:
    """One line of work: how much waits, what it is, where it is listed."""

    name: str
    count: int
    text: str
    url: str
    tone: str
    totals: Mapping[str, int] = field(default_factory=dict)

    @property
    def money(self) -> str:
        """The total per currency, empty when none."""
        return shown.totals(self.totals) if self.totals else ""

    @property
    def shown_tone(self) -> str:
        """Nothing waiting is quiet."""
        return self.tone if self.count else shown.MUTE


def payout_queues(partners: Partners, *, at: datetime) -> Iterator[Queue]:
    """What waits among the payouts of these partners."""
    rows = of_partners(DisbursementRequest.objects.all(), partners, path="partner")
    live = waiting.live(partners=partners)
    yield _queue(
        "Needs a person", waiting.sums(rows.filter(person_needed_at__isnull=False)),
        {"person": "yes"}, shown.BAD, "Settle it with proof, or put the cause right.",
    )  # fmt: skip
    yield from _unknown(rows, live, at)
    yield from _parked(live)
    yield _queue(
        "Waiting to retry", live.of(S.RETRYING), {"status": S.RETRYING}, shown.WAIT,
        _next_retry(partners, at),
    )  # fmt: skip
    yield _queue(
        "Failed today",
        waiting.failed_of(day=at.astimezone(clock.NAIROBI).date(), partners=partners),
        {"status": S.FAILED, "corrected": "no", "when": "today"}, shown.BAD,
        "Instructed today, proven not paid and not replaced. Correct and resend, or retry.",
    )  # fmt: skip
    yield _queue(
        "Queued", live.of(S.QUEUED), {"status": S.QUEUED}, shown.WAIT,
        "Sent as soon as their time has come and nothing pauses them.",
    )  # fmt: skip
    if live.of(S.HELD).count:
        yield _queue("Held", live.of(S.HELD), {"status": S.HELD}, shown.WAIT,
                     "Not sent until somebody, or Stripe for a winner, lets them go.")  # fmt: skip


def paid_today(partners: Partners, *, at: datetime) -> dict[str, Any]:
    """How many were paid since midnight in Nairobi, and how much per currency."""
    midnight = at.astimezone(clock.NAIROBI).replace(hour=0, minute=0, second=0, microsecond=0)
    rows = of_partners(DisbursementRequest.objects.all(), partners, path="partner")
    found = waiting.sums(rows.filter(completed_at__gte=midnight))
    return {
        "count": found.count,
        "totals": [shown.amount(total, currency) for currency, total in found.totals.items()],
        "url": f"{reverse(PAYOUTS)}?paid=today",
    }


def settlement_queues(request: HttpRequest) -> Iterator[Queue]:
    """Proposals of others that the person may decide on, and their own that wait."""
    url = _address(SETTLEMENTS)
    if not url or not request.user.has_perm("disbursements.view_settlement"):
        return
    mine = Q(proposed_by=request.user.get_username())
    proposed = of_partners(
        Settlement.objects.filter(status=SettlementStatus.PROPOSED), partners_of(request),
        path="disbursement__partner",
    ).aggregate(mine=Count("pk", filter=mine), others=Count("pk", filter=~mine))  # fmt: skip
    if request.user.has_perm("disbursements.approve_disbursementrequest"):
        yield Queue(
            name="Waiting for my approval", count=proposed["others"], tone=shown.WARN, url=url,
            text="Another person says how a payout ended: look at the evidence and decide.",
        )  # fmt: skip
    if proposed["mine"]:
        yield Queue(
            name="My proposals waiting", count=proposed["mine"], tone=shown.WAIT, url=url,
            text="Another person has to agree.",
        )  # fmt: skip


def bulk_queue(request: HttpRequest) -> Iterator[Queue]:
    """Bulk runs under way."""
    url, partners = _address(BULK_RUNS), partners_of(request)
    if not url or not request.user.has_perm("disbursements.view_bulkrun"):
        return
    rows = BulkRun.objects.filter(status=BulkRunStatus.RUNNING)
    if partners is not None:
        rows = rows.filter(partners__contained_by=list(partners))
    found = rows.aggregate(
        runs=Count("pk"), total=Sum("total"), done=Sum("done"), skipped=Sum("skipped")
    )
    left = (found["total"] or 0) - (found["done"] or 0) - (found["skipped"] or 0)
    if found["runs"]:
        yield Queue(
            name="Bulk runs under way", count=found["runs"], tone=shown.WAIT,
            url=f"{url}?status=running", text=f"{left:,} payouts still to come.",
        )  # fmt: skip


def _unknown(
    rows: QuerySet[DisbursementRequest], live: waiting.Live, at: datetime
) -> Iterator[Queue]:
    before = at - clock.minutes(UNKNOWN_LONG_MINUTES)
    since = waiting.unknown_since(rows)
    yield _queue(
        f"Unknown > {UNKNOWN_LONG_MINUTES} min",
        waiting.sums(rows.filter(status=S.UNKNOWN, status_at__lte=before)),
        {"status": S.UNKNOWN, "unknown_for": str(UNKNOWN_LONG_MINUTES)}, shown.BAD,
        "The provider is still being asked; nothing is sent twice."
        + (f" The oldest {shown.relative(since)}." if since and since <= before else ""),
    )  # fmt: skip
    yield _queue(
        "Outcome unknown", live.of(S.UNKNOWN), {"status": S.UNKNOWN}, shown.ASK,
        "We are asking what became of them. Nothing is sent again before there is proof.",
    )  # fmt: skip


def _parked(live: waiting.Live) -> Iterator[Queue]:
    if not live.parked:
        yield _queue("Parked", waiting.Amounts(), {"status": S.PARKED}, shown.WARN,
                     "No fault of ours stops any.")  # fmt: skip
        return
    table = CodeTable.read()
    for cause, found in live.parked.items():
        yield _queue(
            f"Parked: {_cause_text(cause, table)}", found, {"status": S.PARKED, "cause": cause},
            shown.WARN,
            f"Proven not paid. Put the cause right, then resume or release. Cause {cause}.",
        )  # fmt: skip


def _cause_text(cause: str, table: CodeTable) -> str:
    """`Our utility account holds too little: top it up (1)`; a cause is `api:code:shortcode`."""
    api, _, rest = cause.partition(":")
    said = table.in_words(api=api, code=rest.partition(":")[0])
    return said.reason if said.named else cause


def _next_retry(partners: Partners, at: datetime) -> str:
    following = waiting.next_retry_at(partners=partners, at=at)
    if following is None:
        return "Any that are here wait for their proof, or for a pause to end."
    if following <= at:
        return "The next one is due and goes out within minutes."
    return f"The next one {shown.relative(following)}, {shown.absolute(following)}."


def _queue(
    name: str, found: waiting.Amounts, filters: dict[str, str], tone: str, text: str
) -> Queue:
    return Queue(
        name=name, count=found.count, text=text, tone=tone, totals=found.totals,
        url=f"{reverse(PAYOUTS)}?{urlencode(filters)}",
    )  # fmt: skip


def _address(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
