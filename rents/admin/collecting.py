"""The collect button: choose whom to prompt, see what is sent, confirm."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from core import clock, masking, money, phones
from core.admin import shown
from core.admin.confirm import Confirmation, ReasonForm
from core.admin.record import Column
from rents.admin import choosing, words
from rents.admin.about_whom import AboutWhom
from rents.queries.finding import Whom
from vault.models import Prompt
from vault.operations.collect import collect
from vault.queries import caller_of
from vault.states import PROMPT_OPEN, PromptStatus

ORIGIN = "admin"


class CollectForm(ReasonForm):
    """Which phone, and how much. A phone is shown whole only where the trail keeps the look."""

    known_phone = forms.ChoiceField(
        label="Phone", required=False, widget=forms.Select(attrs={"class": "pv-input"})
    )
    other_phone = forms.CharField(
        label="Another phone",
        required=False,
        max_length=30,
        help_text=f"A Safaricom number, such as {phones.EXAMPLE}. It goes before the one above.",
        widget=forms.TextInput(
            attrs={"class": "pv-input", "inputmode": "tel", "autocomplete": "off"}
        ),
    )
    amount = forms.CharField(
        max_length=20,
        help_text="Whole shillings, such as 10000.",
        widget=forms.TextInput(attrs={"class": "pv-input", "inputmode": "numeric"}),
    )
    field_order = ("known_phone", "other_phone", "amount", "reason")

    def __init__(self, whom: Whom, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = list(whom.tenant.phones.all()) if whom.tenant else []
        self.numbers = {str(row.pk): row.msisdn for row in rows}
        if rows:
            field: Any = self.fields["known_phone"]
            field.choices = [
                (key, masking.masked_phone(number)) for key, number in self.numbers.items()
            ]
        else:
            del self.fields["known_phone"]
            self.fields["other_phone"].label = "Phone"

    def clean(self) -> dict[str, Any]:
        """One of both is there."""
        answers = super().clean() or self.cleaned_data
        known = self.numbers.get(answers.get("known_phone", ""), "")
        answers["msisdn"] = answers.get("other_phone") or known
        if not answers["msisdn"]:
            self.add_error("other_phone", f"Write a phone, such as {phones.EXAMPLE}")
        return answers


class Collect(AboutWhom):
    """Prompt a tenant to pay. The row is written before M-Pesa is called, and never repeated."""

    name = "collect"
    label = "Prompt a tenant…"
    primary = True
    heading = "Prompt a tenant to pay"
    choose = "Prompt…"
    not_done = "Nothing was sent."
    fields = {
        "phone": "Phone", "amount": "Amount", "tenant": "Tenant", "property": "Property",
        "account": "Account", "shortcode": "Shortcode",
    }  # fmt: skip

    def form_about(self, whom: Whom, data: Any) -> forms.Form:
        """It begins with the rent."""
        rent = money.plain(whom.rent_minor, whom.place.currency).removesuffix(".00")
        return CollectForm(whom, data, initial={"amount": rent})

    def confirmation_about(self, whom: Whom) -> Confirmation:
        """What M-Pesa does."""
        return _confirmation(whom)

    def done(self, request: HttpRequest, whom: Whom, answers: dict[str, Any]) -> HttpResponse:
        prompt = collect(
            property_id=whom.place.pk, tenant_id=whom.tenant.pk if whom.tenant else None,
            msisdn=answers["msisdn"], amount=answers["amount"], reason=answers["reason"],
            caller=caller_of(request.user, origin=ORIGIN), at=clock.now(),
        )  # fmt: skip
        level, text = _outcome(prompt)
        messages.add_message(request, level, text)
        return HttpResponseRedirect(words.page_of(prompt))


def _confirmation(whom: Whom) -> Confirmation:
    return Confirmation(
        title=f"Prompt {whom.name}",
        button="Send the prompt",
        will_happen=[
            f"M-Pesa asks on the phone, at once, to pay {whom.place.shortcode.number}.",
            "The payer enters their PIN or declines.",
            "The answer shows here by itself. What is paid is allocated to this property.",
            "A phone has one open prompt at a time; one whose answer is lost is never repeated.",
        ],
        columns=[Column(label="What"), Column(label="Value")],
        lines=[
            ["Whose rent", choosing.name_of(whom)],
            ["Owner", words.link(whom.place.owner)],
            ["Account", whom.account],
            ["Rent", shown.amount(whom.rent_minor, whom.place.currency)],
        ],
    )


def _outcome(prompt: Prompt) -> tuple[int, str]:
    phone = masking.masked_phone(prompt.msisdn)
    amount = money.shown(prompt.amount_minor, prompt.currency)
    if prompt.status == PromptStatus.FAILED:
        return messages.ERROR, f"M-Pesa did not take it: {prompt.text or prompt.code}."
    if prompt.status in PROMPT_OPEN - {PromptStatus.WAITING}:
        return messages.WARNING, (
            f"Whether the prompt reached {phone} cannot be told yet. It is not sent again: wait."
        )
    return messages.SUCCESS, f"The prompt for {amount} stands on {phone}."
