"""Add a recipient of alerts; change one, or take one off the list."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest
from django.urls import reverse

from core.admin.confirm import Confirmation, Outcome, ReasonForm
from reconciliation.models import AlertRecipient
from reconciliation.operations.alert_recipients import Recipient, add, change
from reconciliation.states import Severity
from vault.admin.acting import RentalAction, caller, told

INPUT = {"class": "pv-input"}
BY_EMAIL, BY_SMS = "Told of by email", "Told of by SMS"
SEVERITIES = [
    (Severity.HIGH.value, "High only"),
    (Severity.MEDIUM.value, "Medium and high"),
    (Severity.LOW.value, "All"),
]
STEPS = [
    ("0", "At once"),
    ("1", "Step 1: when nobody acknowledged"),
    ("2", "Step 2: when nobody acknowledged for twice as long"),
    ("3", "Step 3: when nobody acknowledged for three times as long"),
]
LABELS = {
    "from_severity": BY_EMAIL, "sms_from_severity": BY_SMS,
    "quiet_from": "Quiet from", "quiet_until": "Quiet until",
}  # fmt: skip


class RecipientForm(ReasonForm):
    """What may be said of one."""

    field_order: tuple[str, ...] = (
        "name", "email", "from_severity", "phone", "sms_from_severity", "step", "quiet_from",
        "quiet_until", "gets_digest", "is_active", "reason",
    )  # fmt: skip
    name = forms.CharField(max_length=100, widget=forms.TextInput(attrs=INPUT))
    email = forms.CharField(
        label="Email", max_length=254, required=False, widget=forms.TextInput(attrs=INPUT)
    )
    from_severity = forms.ChoiceField(
        label=BY_EMAIL, choices=SEVERITIES, widget=forms.Select(attrs=INPUT)
    )
    phone = forms.CharField(
        max_length=32, required=False, widget=forms.TextInput(attrs=INPUT),
        help_text="For SMS, such as 0712 345 678",
    )  # fmt: skip
    sms_from_severity = forms.ChoiceField(
        label=BY_SMS, choices=SEVERITIES, widget=forms.Select(attrs=INPUT)
    )
    step = forms.TypedChoiceField(
        label="Told", choices=STEPS, coerce=int, widget=forms.Select(attrs=INPUT)
    )
    quiet_from = forms.TimeField(
        label="Quiet from", required=False, widget=forms.TimeInput(format="%H:%M", attrs=INPUT),
        help_text="In Nairobi, such as 21:00; only high ones go out. Blank: no quiet hours.",
        error_messages={"invalid": "Write a time, such as 21:00"},
    )  # fmt: skip
    quiet_until = forms.TimeField(
        label="Quiet until", required=False, widget=forms.TimeInput(format="%H:%M", attrs=INPUT),
        help_text="Such as 07:00",
        error_messages={"invalid": "Write a time, such as 07:00"},
    )  # fmt: skip
    gets_digest = forms.BooleanField(label="Gets the daily digest by email", required=False)
    is_active = forms.BooleanField(
        label="On the list", required=False, help_text="Not ticked: is told of nothing."
    )


class RecipientAction(RentalAction):
    """What adding and changing share."""

    form_class = RecipientForm
    primary = True
    will_happen: Sequence[str] = ()
    title = ""
    button = ""

    def confirmation(self, request: HttpRequest, rows: Sequence[Any]) -> Confirmation:
        """What it does."""
        return Confirmation(
            title=f"{self.title}{rows[0].name}" if rows else self.title, button=self.button,
            will_happen=self.will_happen,
        )  # fmt: skip


class AddRecipient(RecipientAction):
    """Above the list."""

    name = "add_recipient"
    label = "Add a recipient…"
    permission = "add"
    title = "Add a recipient of alerts"
    button = "Add the recipient"
    will_happen = (
        "The person is told of alerts that open, or are met again, from now on.",
        "As soon as there is a recipient, ADMIN_EMAIL and ADMIN_PHONE are told nothing more.",
    )

    def initial(self, request: HttpRequest, rows: Sequence[Any]) -> dict[str, Any]:
        """The usual."""
        return {"gets_digest": True, "is_active": True, "from_severity": "medium"}

    def perform(
        self, *, request: HttpRequest, rows: Sequence[Any], answers: dict[str, Any], at: datetime
    ) -> Outcome:
        """Add."""
        with told(LABELS):
            row = add(
                said=Recipient(**_said(answers)), reason=answers["reason"],
                caller=caller(request), at=at,
            )  # fmt: skip
        url = reverse("admin:reconciliation_alertrecipient_change", args=[row.pk])
        return Outcome(text=f"{row.name} is told of alerts from now on.", url=url)


class ChangeRecipient(RecipientAction):
    """On the page of one."""

    name = "change_recipient"
    label = "Change…"
    permission = "change"
    title = "Change what is told to "
    button = "Change it"
    will_happen = (
        "What is due still goes out, unless the person is taken off the list.",
        "If nobody is left on the list, ADMIN_EMAIL and ADMIN_PHONE are told of high ones.",
    )

    def initial(self, request: HttpRequest, rows: Sequence[AlertRecipient]) -> dict[str, Any]:
        """As it is."""
        names = [name for name in RecipientForm.field_order if name != "reason"]
        return {name: getattr(rows[0], name) for name in names}

    def perform(
        self, *, request: HttpRequest, rows: Sequence[Any], answers: dict[str, Any], at: datetime
    ) -> Outcome:
        """Change."""
        with told(LABELS):
            row = change(
                recipient_id=rows[0].pk, changes=_said(answers), reason=answers["reason"],
                caller=caller(request), at=at,
            )  # fmt: skip
        return Outcome(text=f"{row.name} was changed.")


def _said(answers: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in answers.items() if name != "reason"}
