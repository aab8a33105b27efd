"""The work queues of reconciliation: open differences, checks that wait too long, alerts."""

from collections.abc import Iterator

from django.db.models import Count, Min, Q, Sum
from django.http import HttpRequest
from django.urls import reverse

from config.work_queues import Queue
from core import money
from core.admin import shown
from core.admin.scope import of_partners, partners_of
from core.models import Alert
from reconciliation.admin.filters import LATE_MINUTES, late
from reconciliation.models import CheckRequest, Finding
from reconciliation.states import FindingStatus, Severity

FINDINGS = "admin:reconciliation_finding_changelist"
QUEUE = "admin:reconciliation_checkrequest_changelist"
ALERTS = "admin:core_alert_changelist"
TEXTS = {
    Severity.HIGH: (shown.BAD, "Money is at risk. Each says what to do about it."),
    Severity.MEDIUM: (shown.WARN, "To be looked at today."),
    Severity.LOW: (shown.MUTE, "Nothing presses."),
}
NONE = "The providers and our books tell the same of everything that was checked."


def queues(request: HttpRequest) -> Iterator[Queue]:
    """What waits of what the person may see."""
    if request.user.has_perm("reconciliation.view_finding"):
        yield from _differences(request)
    if request.user.has_perm("reconciliation.view_checkrequest"):
        yield from _waiting(request)
    if partners_of(request) is None and request.user.has_perm("core.view_alert"):
        yield from _alerts(request)


def _differences(request: HttpRequest) -> Iterator[Queue]:
    """High ones always, the others where there are any."""
    open_ones = Finding.objects.filter(status=FindingStatus.OPEN).order_by()
    rows = of_partners(open_ones, partners_of(request), path="partner")
    found = list(
        rows.values_list("severity", "currency").annotate(rows=Count("pk"), at=Sum("stake_minor"))
    )
    for severity, (tone, text) in TEXTS.items():
        of_it = [each for each in found if each[0] == severity]
        count = sum(each[2] for each in of_it)
        if not count and severity != Severity.HIGH:
            continue
        yield Queue(
            name=f"Differences, {severity}", count=count, tone=tone,
            text=text if count else NONE,
            totals={currency: minor for _, currency, _, minor in of_it
                    if minor and currency in money.DECIMALS},
            url=f"{reverse(FINDINGS)}?status=open&severity={severity}",
        )  # fmt: skip


def _waiting(request: HttpRequest) -> Iterator[Queue]:
    rows = of_partners(CheckRequest.objects.all(), partners_of(request), path="partner")
    found = rows.filter(late("late", "yes")).aggregate(rows=Count("pk"), oldest=Min("due_at"))
    if found["rows"]:
        yield Queue(
            name=f"Checks that wait > {LATE_MINUTES} min", count=found["rows"], tone=shown.WARN,
            url=f"{reverse(QUEUE)}?late=yes",
            text=f"Due {shown.relative(found['oldest'])}: is a worker running?",
        )  # fmt: skip


def _alerts(request: HttpRequest) -> Iterator[Queue]:
    mine = Q(assigned_to=request.user.get_username())
    found = Alert.objects.filter(closed_at=None).aggregate(
        mine=Count("pk", filter=mine),
        nobodys=Count("pk", filter=Q(acknowledged_at=None)),
        oldest=Min("first_at", filter=Q(acknowledged_at=None)),
    )
    if found["mine"]:
        yield Queue(
            name="My alerts", count=found["mine"], tone=shown.WARN,
            url=f"{reverse(ALERTS)}?assigned=me", text="Assigned to you, and still open.",
        )  # fmt: skip
    if found["nobodys"]:
        yield Queue(
            name="Alerts nobody looks after", count=found["nobodys"], tone=shown.WARN,
            url=f"{reverse(ALERTS)}?acknowledged=no",
            text=f"The oldest {shown.relative(found['oldest'])}. Acknowledge what you look at.",
        )  # fmt: skip
