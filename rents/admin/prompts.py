"""Prompts: who was asked to pay, what became of it, and the collect button."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse

from core.admin import everyday, shown
from core.admin.base import RecordAdmin, column
from core.admin.filters import ChoiceFilter, MomentFilter
from core.admin.record import Button, Facts, Headline, Record, Timeline
from disbursements.queries.result_codes import CodeTable
from disbursements.queries.search import amount_in, msisdn_in
from rents.admin import words
from rents.admin.collecting import Collect
from rents.queries.timeline import timeline
from vault.models import Prompt
from vault.states import PROMPT_OPEN, PromptStatus

OPEN, API = "open", "stk"
VIEWS: tuple[tuple[str, dict[str, str]], ...] = (
    ("All", {}), ("Waiting", {"status": OPEN}), ("Failed today", {"status": "failed",
     "when": "today"}), ("Paid today", {"status": "paid", "when": "today"}),
)  # fmt: skip


class StateFilter(ChoiceFilter):
    """Open ones together, or one state."""

    title = "state"
    parameter_name = "status"
    column = "status"
    values = ((OPEN, "Waiting for the payer"), *((s.value, s.value.capitalize())
              for s in PromptStatus))  # fmt: skip

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Of the chosen state."""
        if self.value() == OPEN:
            return queryset.filter(status__in=PROMPT_OPEN)
        return super().queryset(request, queryset)


@admin.register(Prompt)
class PromptAdmin(RecordAdmin):
    """Every STK push."""

    partner_path = "partner"
    has_phones = True

    purpose = "Every request to pay that was sent to a phone, newest first."
    nothing_yet = "No prompt yet. “Prompt a tenant” sends the first one."
    all_clear = "All clear: no such prompt."
    list_display = ("whose", "phone", "amount", "state", "why", "paid_by", "by", "since")
    list_filter = (StateFilter, MomentFilter)
    list_select_related = ("partner", "property", "tenant", "payment")
    search_fields = ("checkout_id",)
    search_help_text = "Tenant, property, phone, amount, checkout id or receipt"
    ordering = ("-created_at", "-id")
    list_actions = (Collect,)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """By ids and names; by phone for those who may see whole phones."""
        term = search_term.strip()
        if not term:
            return queryset, False
        hits = (
            Q(receipt=term.upper()) | Q(merchant_request_id=term)
            | Q(tenant__name__icontains=term) | Q(property__name__icontains=term)
        )  # fmt: skip
        msisdn, amount = msisdn_in(term), amount_in(term)
        if shown.may_see_phones(request):  # the phone is in M-Pesa's checkout id too
            hits |= Q(checkout_id=term) | Q(msisdn=msisdn or "")
        elif msisdn:
            messages.info(request, "A phone is searched for only by those who may see phones.")
        if amount is not None:
            hits |= Q(amount_minor=amount)
        return queryset.filter(hits), False

    def views(self, changelist: ChangeList) -> list[dict[str, Any]]:
        """The everyday questions."""
        names = ["status", "when", "when_from", "when_to"]
        return everyday.views(changelist, VIEWS, names=names)

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """With the words of every code, read once."""
        changelist: Any = super().get_changelist_instance(request)
        changelist.result_list = list(changelist.result_list)
        codes = CodeTable.read()
        for row in changelist.result_list:
            row.in_words = words.said(codes, api=API, code=row.code, text=row.text)
        return changelist

    @column("Whose rent")
    def whose(self, row: Prompt) -> Any:
        """Tenant and property."""
        return words.who(row)

    @column("Phone")
    def phone(self, row: Prompt) -> Any:
        """Always masked in lists."""
        return shown.phone(row.msisdn, may_see=False)

    @column("Amount")
    def amount(self, row: Prompt) -> Any:
        """How much."""
        return shown.amount(row.amount_minor, row.currency)

    @column("State")
    def state(self, row: Prompt) -> Any:
        """How it stands."""
        return words.prompt_status(row)

    @column("Why")
    def why(self, row: Any) -> Any:
        """What M-Pesa said, in words; of paid ones nothing."""
        said = row.status != PromptStatus.PAID and row.in_words.reason
        return shown.free_text(said) if said else ""

    @column("Payment")
    def paid_by(self, row: Prompt) -> Any:
        """The payment that answers it."""
        if row.payment is None:
            return ""
        return shown.link(words.page_of(row.payment), row.payment.receipt)

    @column("By")
    def by(self, row: Prompt) -> Any:
        """Who asked, through which door."""
        return shown.two_lines(row.created_by, row.origin)

    @column("Sent")
    def since(self, row: Prompt) -> Any:
        """When it was sent."""
        return shown.moment(row.created_at)

    def record(self, request: HttpRequest, row: Prompt) -> Record:
        """One prompt."""
        may_see = shown.may_see_phones(request)
        events = timeline(payment=row.payment, prompt=row, forwards=[], may_see_phones=may_see)
        return Record(
            buttons=list(_buttons(request, row)),
            headline=Headline(
                kind=f"Prompt of {row.partner}",
                main=shown.amount(row.amount_minor, row.currency),
                beside=shown.two_lines(words.who(row), shown.phone(row.msisdn, may_see=may_see)),
                status=words.prompt_status(row),
                meaning=row.MACHINE.meanings[row.status],
                next_step=_next_step(row),
            ),
            sections=[
                Facts(title="What was asked", rows=list(_facts(row, may_see))),
                Timeline(title="Timeline", events=events),
            ],
        )


def _buttons(request: HttpRequest, row: Prompt) -> Iterator[Button]:
    if row.payment is not None:
        yield Button(label="Open the payment", url=words.page_of(row.payment), primary=True)
    elif row.status not in PROMPT_OPEN and request.user.has_perm("vault.collect_payment"):
        ids = {"property": row.property_id} | ({"tenant": row.tenant_id} if row.tenant_id else {})
        yield Button(
            label="Prompt again…", url=f"{reverse('admin:vault_prompt_collect')}?{urlencode(ids)}"
        )


def _next_step(row: Prompt) -> str:
    if row.status in PROMPT_OPEN:
        asked = f" We ask M-Pesa {shown.relative(row.ask_at)}." if row.ask_at else ""
        return f"The payer answers on their phone.{asked}"
    return {
        PromptStatus.PAID: "Nothing: it is paid."
        if row.payment_id else "Its receipt comes with the confirmation or with Pull.",
        PromptStatus.FAILED: "Nothing by itself: prompt again if the payer wishes.",
        PromptStatus.EXPIRED: "Nothing by itself. Money that still comes is taken in.",
    }[PromptStatus(row.status)]  # fmt: skip


def _facts(row: Prompt, may_see: bool) -> Iterator[tuple[str, object]]:
    if row.code or row.text:
        said = words.said(CodeTable.read(), api=API, code=row.code, text=row.text)
        yield ("M-Pesa said", shown.free_text(said.reason, may_see_phones=may_see))
        if row.status != PromptStatus.PAID and said.to_do:
            yield ("Whose side", words.side_of_prompt(said))
            yield ("What to do", said.to_do)
    yield ("Tenant", words.link(row.tenant))
    yield ("Property", words.link(row.property))
    yield ("Account", row.account)
    yield ("From shortcode", words.link(row.shortcode))
    yield ("Asked M-Pesa", f"{row.asked_times} times")
    yield ("Sent", shown.moment(row.created_at))
    yield ("Sent by", f"{row.created_by}, {row.origin}")
    yield ("Our id", shown.copied(str(row.pk), label="our id"))
    checkout_id = words.checkout_id(row, may_see=may_see)
    yield ("Checkout id", shown.copied(checkout_id, label="checkout id"))
    yield ("Merchant request", shown.copied(row.merchant_request_id, label="merchant request id"))
    yield ("Receipt", shown.copied(row.receipt, label="receipt"))
