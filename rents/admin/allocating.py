"""Say whose rent a payment is, and take that back while nothing of it left."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse

from core import clock, money, refusals
from core.admin import shown
from core.admin.confirm import Confirmation, ConfirmedAction, Outcome, ReasonForm, Refused
from core.admin.record import Column, Table
from rents.admin import choosing, words
from rents.queries.finding import Whom
from vault.models import Payment
from vault.operations.allocate_by_hand import allocate_by_hand, why_not_remember
from vault.operations.take_back import take_back, why_not
from vault.queries import caller_of
from vault.queries.candidates import candidates_of
from vault.queries.fees import terms_for
from vault.queries.forwarding import due_at, plan_of
from vault.rules import receivers
from vault.rules.fees import FeeTooLarge, split
from vault.states import PaymentStatus

ORIGIN = "admin"
NOTHING_DONE = "Nothing was changed."


class AllocateForm(ReasonForm):
    """Why, and whether the typed account shall mean the same from now on."""

    remember = forms.BooleanField(required=False, label="Remember this account")
    field_order = ("remember", "reason")

    def __init__(self, row: Payment, *args: Any) -> None:
        super().__init__(*args)
        self.fields["remember"].help_text = (
            f"Payments to “{shown.free_text(row.account_typed)}” are allocated so by themselves "
            "from now on."
        )
        if why_not_remember(row):
            del self.fields["remember"]


class Allocate(ConfirmedAction):
    """First whom, then what that means, then a reason."""

    name = "allocate"
    label = "Allocate…"
    explanation = "Say whose rent it is. The fee is kept and the owner is owed the rest."
    permission = "allocate"
    primary = True

    def offered(self, row: Payment) -> bool:
        """While it is nobody's."""
        return row.status == PaymentStatus.UNALLOCATED

    def row_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Without anybody in the address: candidates and a search. Else the confirmation."""
        self._demand_permission(request)
        row = self.admin.get_object(request, object_id)
        if row is None or not self.offered(row):
            raise Http404("There is no payment to allocate here")
        partners = choosing.reach(request, row.partner_id)
        whom = choosing.chosen(request, partners=partners)
        if whom is None:
            return self._choose(request, row, partners)
        form = AllocateForm(row, request.POST if request.method == "POST" else None)
        if form.is_bound and form.is_valid():
            try:
                return self._done(request, row, whom, form.cleaned_data)
            except refusals.Refused as refused:
                form.add_error(None, f"{refused}. {NOTHING_DONE}")
        return self.page(
            request, _confirmation(row, whom), form, hidden=[],
            action_url=choosing.address(self.url(row), whom), back_url=self.url(row),
        )  # fmt: skip

    def _done(
        self, request: HttpRequest, row: Payment, whom: Whom, answers: dict[str, Any]
    ) -> HttpResponse:
        allocate_by_hand(
            payment_id=row.pk, property_id=whom.place.pk,
            tenant_id=whom.tenant.pk if whom.tenant else None,
            remember=answers.get("remember", False), reason=answers["reason"],
            caller=caller_of(request.user, origin=ORIGIN), at=clock.now(),
        )  # fmt: skip
        shown_amount = money.shown(row.amount_minor, row.currency)
        self.tell(request, f"{shown_amount} is allocated to {whom.name}.")
        return HttpResponseRedirect(words.page_of(row))

    def tell(self, request: HttpRequest, text: str) -> None:
        """What was done, on the next page."""
        self.admin.message_user(request, text)

    def _choose(self, request: HttpRequest, row: Payment, partners: Any) -> HttpResponse:
        context = {
            **self.admin.admin_site.each_context(request),
            "opts": self.admin.opts,
            "title": f"Whose rent is {row.receipt}?",
            "row": row,
            "facts": facts_of(row),
            "candidates": candidates_table(row, self.url(row)),
            "page_url": self.url(row),
            "back_url": words.page_of(row),
            **choosing.searched(request, self.url(row), verb="Allocate to…", partners=partners),
        }
        return TemplateResponse(request, "rents/choose.html", context)


class TakeBack(ConfirmedAction):
    """It is nobody's again: fee and debt are booked back."""

    name = "take-back"
    label = "Take back the allocation…"
    explanation = "When it was allocated to the wrong one. Only while nothing of it left."
    permission = "allocate"

    def offered(self, row: Payment) -> bool:
        """While it is allocated and no transfer took it on."""
        return not why_not(row)

    def off_because(self, row: Payment) -> str:
        """Why not, once it is on its way."""
        if row.status == PaymentStatus.ALLOCATED and row.forwarded_at is not None:
            return why_not(row)
        return ""

    def confirmation(self, request: HttpRequest, rows: Sequence[Payment]) -> Confirmation:
        """What is booked back."""
        row = rows[0]
        return Confirmation(
            title=f"Take back the allocation of {row.receipt}",
            button=f"Take back {money.shown(row.amount_minor, row.currency)}",
            will_happen=[
                f"{row.owner} is no longer owed {shown_minor(row.owed_minor, row)}.",
                f"The fee of {shown_minor(row.fee_minor, row)} is no longer earned.",
                "The payment is nobody's again and waits in the queue of unallocated money.",
                "No money moves.",
            ],
            columns=[Column(label="Now"), Column(label="Value")],
            lines=[["Whose rent", words.who(row)], ["Because", row.allocated_because]],
        )

    def perform(
        self, *, request: HttpRequest, rows: Sequence[Any], answers: dict[str, Any], at: datetime
    ) -> Outcome:
        """Take it back."""
        try:
            take_back(
                payment_id=rows[0].pk, reason=answers["reason"],
                caller=caller_of(request.user, origin=ORIGIN), at=at,
            )  # fmt: skip
        except refusals.Refused as refused:
            raise Refused(f"{refused}. {NOTHING_DONE}") from None
        return Outcome(text=f"{rows[0].receipt} is nobody's again. No money moved.")


def candidates_table(row: Payment, url: str) -> Table:
    """Who it might be, the likeliest first, with why."""
    found = candidates_of([row]).get(row.pk, [])
    return choosing.table(
        [Whom(place=each.property, tenant=each.tenant) for each in found], url,
        verb="Allocate to…", title="Candidates", why=[each.why for each in found],
        empty="Nothing points to anybody: search below.",
    )  # fmt: skip


def facts_of(row: Payment) -> list[tuple[str, object]]:
    """What is known of money that is nobody's."""
    return [
        ("Received", shown.amount(row.amount_minor, row.currency)),
        ("Account typed", shown.free_text(row.account_typed) or "none"),
        ("Payer", shown.two_lines(row.payer_name or "No name", words.payer(row))),
        ("Receipt", shown.copied(row.receipt, label="receipt")),
        ("Paid to", row.shortcode.number),
        ("Paid", shown.moment(row.paid_at)),
    ]


def shown_minor(amount_minor: int | None, row: Payment) -> str:
    """`KES 500.00`."""
    return money.shown(amount_minor or 0, row.currency)


def _confirmation(row: Payment, whom: Whom) -> Confirmation:
    amount = money.shown(row.amount_minor, row.currency)
    return Confirmation(
        title=f"Allocate {row.receipt}",
        button=f"Allocate {amount} to {whom.name}",
        will_happen=[*_split_words(row, whom), _forward_words(row, whom)],
        columns=[Column(label="What"), Column(label="Value")],
        lines=[
            ["Whose rent", choosing.name_of(whom)],
            ["Owner", words.link(whom.place.owner)],
            ["Account typed", shown.free_text(row.account_typed) or "none"],
            ["Their account", whom.account],
            ["Their rent", shown.amount(whom.rent_minor, whom.place.currency)],
            ["Payer", shown.two_lines(row.payer_name or "No name", words.payer(row))],
        ],
    )


def _split_words(row: Payment, whom: Whom) -> list[str]:
    """`KES 10,000.00 = fee 500.00 (5 %) + 9,500.00 owed`, by what was valid at payment."""
    valid = terms_for(property=whom.place, at=row.paid_at)
    amount = money.shown(row.amount_minor, row.currency)
    try:
        parts = split(row.amount_minor, valid.terms, currency=row.currency)
    except FeeTooLarge:
        return [f"The fee ({valid.words}) is larger than {amount}: all of it is kept."]
    fee, owed = shown_minor(parts.fee_minor, row), shown_minor(parts.owed_minor, row)
    return [
        f"{amount} = {fee} fee ({valid.words}) + {owed} owed to {whom.place.owner}.",
    ]


def _forward_words(row: Payment, whom: Whom) -> str:
    plan = plan_of(whom.place)
    if plan.receiver.paid_to == receivers.NOWHERE:
        return "Nothing is forwarded: the owner is paid outside of this system."
    where = receivers.in_words(plan.receiver)
    if plan.receiver.paid_to == receivers.PHONE:
        where = "the owner's M-Pesa phone"
    due = due_at(plan, paid_at=row.paid_at)
    if due is None:
        return f"It goes to {where} once a person forwards it."
    if due <= clock.now():
        return f"It is forwarded to {where} within minutes."
    return f"It is forwarded to {where} {shown.relative(due)}, at {shown.absolute(due)}."
