"""The work queues of rent: money that is nobody's, what is not forwarded, prompts, Pull behind."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Count, Min, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse

from config.work_queues import Partners, Queue
from core import clock
from core.admin import shown
from core.admin.scope import of_partners, partners_of
from disbursements.queries import waiting
from rents.models import Forward
from rents.queries.due import FORWARDABLE
from rents.states import ForwardStatus
from vault.models import Collection, Payment, Prompt
from vault.states import PROMPT_OPEN, PaymentStatus

PAYMENTS = "admin:vault_payment_changelist"
UNALLOCATED = "rent_unallocated"
AGEING = "rent_ageing"
PROMPTS = "admin:vault_prompt_changelist"
SHORTCODES = "admin:vault_shortcode_changelist"
LONG = timedelta(hours=1)
PULL_AMBER, PULL_RED = timedelta(hours=24), timedelta(hours=36)


def queues(request: HttpRequest, *, at: datetime) -> Iterator[Queue]:
    """What waits among the rents that the person may see."""
    partners = partners_of(request)
    if request.user.has_perm("vault.view_payment"):
        yield from _payments(partners, at)
    if request.user.has_perm("vault.view_prompt"):
        yield _prompts(partners)
    if request.user.has_perm("vault.view_collection"):
        yield from _pull(partners, at)


def _payments(partners: Partners, at: datetime) -> Iterator[Queue]:
    rows = of_partners(Payment.objects.all(), partners, path="partner")
    nobodys = waiting.sums(rows.filter(status=PaymentStatus.UNALLOCATED))
    oldest = rows.filter(status=PaymentStatus.UNALLOCATED).aggregate(first=Min("received_at"))
    since = f" The oldest came {shown.relative(oldest['first'])}." if nobodys.count else ""
    yield Queue(
        name="Unallocated money", count=nobodys.count, totals=nobodys.totals, tone=shown.WARN,
        url=reverse(UNALLOCATED), text=f"Say whose rent it is.{since}",
    )  # fmt: skip
    yield _not_forwarded(rows, at)
    failed = waiting.sums(
        of_partners(Forward.objects.filter(status=ForwardStatus.FAILED), partners, path="partner")
    )
    yield Queue(
        name="Forwarding failed", count=failed.count, totals=failed.totals, tone=shown.BAD,
        url=f"{reverse(PAYMENTS)}?leg=failed",
        text="Proven not paid. Put the receiver right and resend, or retry.",
    )  # fmt: skip


def _not_forwarded(rows: QuerySet[Payment], at: datetime) -> Queue:
    """Older than an hour; red once some of it should have left by now."""
    before = at - clock.scaled(LONG)
    lying = rows.filter(FORWARDABLE, paid_at__lte=before)
    late = Q(forward_due_at__lte=before)
    found = lying.aggregate(rows=Count("pk"), late=Count("pk", filter=late))
    totals = waiting.sums(lying, column="owed_minor").totals if found["rows"] else {}
    if found["late"]:
        text = f"{found['late']:,} of them should have left: below a minimum, or something is off."
    else:
        text = "They wait for their owners' schedules, or for a person to forward them."
    return Queue(
        name="Collected, not forwarded > 1 h", count=found["rows"], totals=totals,
        tone=shown.BAD if found["late"] else shown.WAIT, url=reverse(AGEING), text=text,
    )  # fmt: skip


def _prompts(partners: Partners) -> Queue:
    rows = of_partners(
        Prompt.objects.filter(status__in=sorted(PROMPT_OPEN)), partners, path="partner"
    )
    found = waiting.sums(rows)
    return Queue(
        name="Prompt waiting", count=found.count, totals=found.totals, tone=shown.WAIT,
        url=f"{reverse(PROMPTS)}?status=open", text="On payers' phones; the answers come in.",
    )  # fmt: skip


def _pull(partners: Partners, at: datetime) -> Iterator[Queue]:
    """Pull reaches back 48 hours only: what it does not see by then is lost to it."""
    rows = of_partners(
        Collection.objects.filter(pull_registered_at__isnull=False), partners,
        path="shortcode__partner",
    )  # fmt: skip
    behind = rows.filter(pulled_until__lte=at - clock.scaled(PULL_AMBER)).select_related(
        "shortcode"
    )
    found = list(behind.order_by("pulled_until"))
    if not found:
        return
    red = any(each.pulled_until <= at - clock.scaled(PULL_RED) for each in found)
    names = ", ".join(each.shortcode.number for each in found[:3])
    yield Queue(
        name="Pull behind", count=len(found), url=reverse(SHORTCODES),
        tone=shown.BAD if red else shown.WARN,
        text=f"Payments on {names} were last pulled up to "
        f"{shown.absolute(found[0].pulled_until)}. Pull reaches back 48 hours only.",
    )  # fmt: skip
