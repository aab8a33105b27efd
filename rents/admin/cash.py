"""Record cash that was paid at the office: split as any rent, never forwarded from here."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from core import clock, money
from core.admin import shown
from core.admin.confirm import Confirmation, ReasonForm
from core.admin.record import Column
from rents.admin import choosing, words
from rents.admin.about_whom import AboutWhom
from rents.queries.finding import Whom
from vault.operations.cash import record_cash
from vault.queries import caller_of

ORIGIN = "admin"
INPUT = {"class": "pv-input", "autocomplete": "off"}


class CashForm(ReasonForm):
    """How much, and the paper receipt that was given for it."""

    amount = forms.CharField(
        max_length=20,
        help_text="Shillings, such as 10000.",
        widget=forms.TextInput(attrs={**INPUT, "inputmode": "decimal"}),
    )
    receipt_number = forms.CharField(
        label="Number of the paper receipt",
        max_length=16,
        help_text="Each paper receipt is recorded once.",
        widget=forms.TextInput(attrs=INPUT),
    )
    field_order = ("amount", "receipt_number", "reason")


class RecordCash(AboutWhom):
    """The owner got it directly: the fee is owed by the partner, nothing is forwarded."""

    name = "record-cash"
    label = "Record cash…"
    heading = "Record rent paid in cash"
    choose = "Record…"
    not_done = "Nothing was recorded."
    fields = {
        "amount": "Amount", "receipt_number": "Receipt", "tenant": "Tenant",
        "property": "Property", "reason": "Reason",
    }  # fmt: skip

    def form_about(self, whom: Whom, data: Any) -> forms.Form:
        """It begins with the rent."""
        rent = money.plain(whom.rent_minor, whom.place.currency).removesuffix(".00")
        return CashForm(data, initial={"amount": rent})

    def confirmation_about(self, whom: Whom) -> Confirmation:
        """What is booked."""
        return Confirmation(
            title=f"Record cash of {whom.name}",
            button="Record the cash",
            will_happen=[
                "It is recorded as received and split into fee and owner's part.",
                f"{whom.place.owner} is taken to have it in hand: nothing is forwarded.",
                "No money moves over M-Pesa.",
            ],
            columns=[Column(label="What"), Column(label="Value")],
            lines=[
                ["Whose rent", choosing.name_of(whom)],
                ["Owner", words.link(whom.place.owner)],
                ["Rent", shown.amount(whom.rent_minor, whom.place.currency)],
            ],
        )

    def done(self, request: HttpRequest, whom: Whom, answers: dict[str, Any]) -> HttpResponse:
        """Record it, and show its card."""
        row = record_cash(
            property_id=whom.place.pk, tenant_id=whom.tenant.pk if whom.tenant else None,
            amount=answers["amount"], receipt_number=answers["receipt_number"],
            reason=answers["reason"], caller=caller_of(request.user, origin=ORIGIN),
            at=clock.now(),
        )  # fmt: skip
        messages.success(request, f"{words.shown_money(row)} in cash is recorded: {row.receipt}.")
        return HttpResponseRedirect(words.page_of(row))
