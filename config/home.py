"""The admin's home page: work queues with counters. And the banner on every page."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import Count, Min, Q, QuerySet, Sum
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from core import clock
from core.admin import shown
from core.models import Alert
from disbursements import queries
from disbursements.admin.words import target_text
from disbursements.models import DisbursementRequest, Pause
from disbursements.states import DisbursementStatus
from gateways.interface import Delivery
from gateways.models import Callback

RECENT = timedelta(days=7)
DISBURSEMENTS = "admin:disbursements_disbursementrequest_changelist"
CALLBACKS = "admin:gateways_callback_changelist"
ALERTS = "admin:core_alert_changelist"


@dataclass(frozen=True, kw_only=True)
class Queue:
    """One line of work: how much waits, what it is, where it is listed."""

    name: str
    count: int
    text: str
    url: str
    tone: str
    totals: dict[str, int] = field(default_factory=dict)

    @property
    def money(self) -> str:
        """The total per currency, empty when none."""
        return shown.totals(self.totals) if self.totals else ""

    @property
    def shown_tone(self) -> str:
        """Nothing waiting is quiet."""
        return self.tone if self.count else shown.MUTE


def banner(request: HttpRequest) -> dict[str, Any]:
    """For every admin page: SANDBOX or LIVE, and the pauses that are on (one query)."""
    if not request.path.startswith("/admin/"):
        return {}
    return {
        "live": settings.VAULT_LIVE,
        "pauses": SimpleLazyObject(lambda: _pauses(request)),
    }


def _pauses(request: HttpRequest) -> list[dict[str, str]]:
    user = getattr(request, "user", None)
    if user is None or not user.is_staff:
        return []
    may_open = user.has_perm("disbursements.view_pause")
    return [_pause_line(pause, may_open) for pause in queries.active_pauses()]


def _pause_line(pause: Pause, may_open: bool) -> dict[str, str]:
    url = reverse("admin:disbursements_pause_change", args=[pause.pk]) if may_open else ""
    return {
        "target_text": target_text(pause),
        "reason": pause.reason,
        "since": shown.absolute(pause.started_at),
        "by": pause.started_by,
        "url": url,
    }


def queues(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """What the home page shows to this person."""
    now = clock.now()
    user = request.user
    lines: list[Queue] = []
    if user.has_perm("disbursements.view_disbursementrequest"):
        lines += _payout_queues()
        context["today"] = _paid_today(now)
    if user.has_perm("core.view_alert"):
        lines.append(_alerts())
    if user.has_perm("gateways.view_callback"):
        lines += _callbacks(now)
    context.update(
        title="Home", queues=lines, waiting=any(line.count for line in lines),
        as_of=shown.absolute(now),
    )  # fmt: skip
    return context


def _payout_queues() -> Iterator[Queue]:
    rows = DisbursementRequest.objects
    yield _queue(
        "Needs a person", rows.filter(person_needed_at__isnull=False), "?person=yes", shown.BAD,
        "Settle it with proof, or put the cause right.",
    )  # fmt: skip
    yield _queue(
        "Outcome unknown", rows.filter(status=DisbursementStatus.UNKNOWN), "?status=unknown",
        shown.ASK, "We are asking M-Pesa. They are never sent again before there is proof.",
    )  # fmt: skip
    yield _queue(
        "Queued", rows.filter(status=DisbursementStatus.QUEUED), "?status=queued", shown.WAIT,
        "Sent as soon as their time has come and nothing pauses them.",
    )  # fmt: skip
    yield from _parked()
    retrying = rows.filter(status=DisbursementStatus.RETRYING)
    following = queries.next_moment(job="retry")
    yield _queue(
        "Waiting to retry", retrying, "?status=retrying", shown.WAIT, _next_retry(following)
    )


def _next_retry(following: datetime | None) -> str:
    if following is None:
        return "Any that are here wait for their proof, or for a pause to end."
    if following <= clock.now():
        return "The next one is due and goes out with the next sweep."
    return f"The next one {shown.relative(following)}, {shown.absolute(following)}."


def _parked() -> Iterator[Queue]:
    parked = DisbursementRequest.objects.filter(status=DisbursementStatus.PARKED)
    causes = list(
        parked.order_by("parked_cause").values("parked_cause").annotate(why=Min("retry_reason"))
    )
    if not causes:
        yield _queue("Parked", parked, "?status=parked", shown.WARN, "No fault of ours stops any.")
    for line in causes:
        cause = line["parked_cause"]
        yield _queue(
            f"Parked: {shown.free_text(line['why'] or cause)}", parked.filter(parked_cause=cause),
            f"?{urlencode({'status': 'parked', 'cause': cause})}", shown.WARN,
            f"Proven not paid. Put the cause right, then resume or release. Cause {cause}.",
        )  # fmt: skip


def _queue(
    name: str, rows: QuerySet[DisbursementRequest], query: str, tone: str, text: str
) -> Queue:
    sums = (
        rows.order_by().values("currency").annotate(count=Count("pk"), total=Sum("amount_minor"))
    )
    found = list(sums)
    return Queue(
        name=name,
        count=sum(line["count"] for line in found),
        text=text,
        url=reverse(DISBURSEMENTS) + query,
        tone=tone,
        totals={line["currency"]: line["total"] for line in found},
    )


def _alerts() -> Queue:
    counts = Alert.objects.filter(closed_at=None).aggregate(
        every=Count("pk"), critical=Count("pk", filter=Q(severity="critical"))
    )
    text = f"{counts['critical']} of them critical." if counts["critical"] else "None is critical."
    return Queue(
        name="Open alerts",
        count=counts["every"],
        text=text if counts["every"] else "Nothing to report.",
        url=reverse(ALERTS),
        tone=shown.BAD if counts["critical"] else shown.WARN,
    )


def _callbacks(now: datetime) -> Sequence[Queue]:
    recent = Callback.objects.filter(received_at__gte=now - RECENT)
    counts = recent.aggregate(
        malformed=Count("pk", filter=Q(outcome=Delivery.MALFORMED)),
        contradictory=Count("pk", filter=Q(outcome=Delivery.CONTRADICTORY)),
    )
    unread = Callback.objects.filter(processed_at=None).count()
    lines = (
        ("Callbacks not read yet", unread, "?outcome=unread", shown.WAIT,
         "Stored, to be read by the worker within seconds."),
        ("Malformed callbacks", counts["malformed"], "?outcome=malformed&when=7days", shown.WARN,
         "Of the last 7 days. They changed nothing."),
        ("Contradictory callbacks", counts["contradictory"],
         "?outcome=contradictory&when=7days", shown.BAD,
         "Of the last 7 days. They say otherwise than what is on record."),
    )  # fmt: skip
    return [
        Queue(name=name, count=count, text=text, url=reverse(CALLBACKS) + query, tone=tone)
        for name, count, query, tone, text in lines
    ]


def _paid_today(now: datetime) -> dict[str, Any]:
    midnight = now.astimezone(clock.NAIROBI).replace(hour=0, minute=0, second=0, microsecond=0)
    rows = DisbursementRequest.objects.filter(completed_at__gte=midnight)
    sums = list(
        rows.order_by().values("currency").annotate(count=Count("pk"), total=Sum("amount_minor"))
    )
    return {
        "count": sum(line["count"] for line in sums),
        "totals": [shown.amount(line["total"], line["currency"]) for line in sums],
        "url": reverse(DISBURSEMENTS) + "?paid=today",
    }
