"""The forms about owners, properties, tenants, fees and sign-ins, each with a reason."""

from collections.abc import Sequence
from typing import Any

from django import forms

from core.admin.confirm import ReasonForm
from vault.models import ForwardWhen, Language, PaidTo
from vault.rules.forward_schedule import DAYS_OF_WEEK
from vault.rules.rental_facts import (
    ACCOUNT_LENGTH_MAX,
    EMAIL_LENGTH_MAX,
    NAME_LENGTH_MAX,
    UNIT_LENGTH_MAX,
)

INPUT = {"class": "pv-input"}
OWNERS = "As the owner says"
KEEPS = "In a change, empty keeps what there is."
LABELS = {
    "paid_to": "Paid to",
    "receiver_number": "Paybill or till",
    "receiver_account": "Account at the paybill",
    "receiver_msisdn": "M-Pesa phone",
    "forward_when": "When",
    "forward_time": "At",
    "forward_weekday": "Day of the week",
    "forward_monthday": "Day of the month",
    "forward_minimum": "Not below",
    "hold_hours": "Hold for",
    "account_reference": "Account",
    "is_active": "In use",
    "valid_from": "From",
    "flat": "Flat part",
    "minimum": "At least",
    "maximum": "At most",
    "percent": "Per cent",
    "username": "User name",
}


def text(label: str, length_max: int, *, required: bool = True, help_text: str = "",
         **attributes: str) -> forms.CharField:  # fmt: skip
    """One line."""
    return forms.CharField(
        label=label, required=required, max_length=length_max, help_text=help_text,
        widget=forms.TextInput(attrs={**INPUT, "autocomplete": "off", **attributes}),
    )  # fmt: skip


def amount(label: str, *, required: bool = True, help_text: str = "") -> forms.CharField:
    """Shillings."""
    return text(
        label, 20, required=required, inputmode="decimal",
        help_text=help_text or "Shillings in digits, such as 10000.",
    )  # fmt: skip


def choice(label: str, choices: Any, *, required: bool = True) -> forms.ChoiceField:
    """One of a few."""
    return forms.ChoiceField(
        label=label, choices=choices, required=required, widget=forms.Select(attrs=INPUT)
    )


def language() -> forms.ChoiceField:
    """Of notices."""
    return choice("Language of notices", Language)


def active() -> forms.ChoiceField:
    """In use or not."""
    return choice(LABELS["is_active"], [("yes", "Yes"), ("no", "No")])


class OwnerForm(ReasonForm):
    """Who the owner is."""

    name = text("Name", NAME_LENGTH_MAX, help_text="Such as Amina Example.")
    phone = text("Phone", 30, required=False, inputmode="tel", help_text=f"For notices. {KEEPS}")
    email = text("Email", EMAIL_LENGTH_MAX, required=False, help_text="For notices.")
    language = language()
    is_active = active()
    field_order: Sequence[str] = ("name", "phone", "email", "language", "is_active", "reason")


class PlanForm(ReasonForm):
    """Where and when rent is forwarded; of a property, blank is as the owner says."""

    paid_to = choice(LABELS["paid_to"], PaidTo)
    receiver_number = text(
        LABELS["receiver_number"], 7, required=False, inputmode="numeric",
        help_text="5 to 7 digits, such as 600222.",
    )  # fmt: skip
    receiver_account = text(
        LABELS["receiver_account"], 60, required=False,
        help_text="13 characters at the most, such as PROP001; a longer one is refused.",
    )  # fmt: skip
    receiver_msisdn = text(
        LABELS["receiver_msisdn"], 30, required=False, inputmode="tel",
        help_text=f"Such as 0712 345 678. {KEEPS}",
    )  # fmt: skip
    forward_when = choice(LABELS["forward_when"], ForwardWhen)
    forward_time = forms.TimeField(
        label=LABELS["forward_time"], required=False, help_text="In Nairobi; empty is 09:00.",
        widget=forms.TimeInput(attrs={**INPUT, "type": "time"}, format="%H:%M"),
    )  # fmt: skip
    forward_weekday = choice(
        LABELS["forward_weekday"],
        [("", "For every week only"), *enumerate(DAYS_OF_WEEK)],
        required=False,
    )
    forward_monthday = forms.IntegerField(
        label=LABELS["forward_monthday"], required=False, min_value=1, max_value=31,
        help_text="For every month only; 31 is the last day of every month.",
        widget=forms.NumberInput(attrs=INPUT),
    )  # fmt: skip
    forward_minimum = amount(
        LABELS["forward_minimum"], required=False,
        help_text="Shillings: less than that waits for more. Empty is no limit.",
    )  # fmt: skip
    hold_hours = forms.IntegerField(
        label=LABELS["hold_hours"], required=False, min_value=0, max_value=60 * 24,
        help_text="Hours after the payment. Empty is none.",
        widget=forms.NumberInput(attrs=INPUT),
    )  # fmt: skip
    field_order: Sequence[str] = (
        "paid_to", "receiver_number", "receiver_account", "receiver_msisdn", "forward_when",
        "forward_time", "forward_weekday", "forward_monthday", "forward_minimum", "hold_hours",
        "reason",
    )  # fmt: skip

    def __init__(self, *args: Any, of_property: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if of_property:
            for name, words in (("paid_to", PaidTo), ("forward_when", ForwardWhen)):
                self.fields[name].required = False
                choices = [("", OWNERS), *words.choices]
                self.fields[name].choices = choices  # type: ignore[attr-defined]


class NewOwnerForm(OwnerForm, PlanForm):
    """Whose owner, who, where and when."""

    partner = choice("Partner", [])
    field_order = (
        "partner", *OwnerForm.field_order[:-2], *PlanForm.field_order,
    )  # fmt: skip

    def __init__(
        self, *args: Any, partners: Sequence[tuple[str, str]] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["is_active"]
        self.fields["partner"].choices = list(partners)  # type: ignore[attr-defined]
        self.fields["phone"].help_text = "For notices."


class PropertyForm(ReasonForm):
    """What is let."""

    name = text("Name", NAME_LENGTH_MAX, help_text="Such as Sunset Apartments.")
    account_reference = text(
        LABELS["account_reference"], 60,
        help_text=f"What tenants type: {ACCOUNT_LENGTH_MAX} characters at the most. A former one "
        "is still understood.",
    )  # fmt: skip
    rent = amount("Rent")
    is_active = active()
    field_order: Sequence[str] = ("name", "account_reference", "rent", "is_active", "reason")


class NewPropertyForm(PropertyForm):
    """What is let, and which shortcode its rent is paid to."""

    shortcode = choice("Rent is paid to", [])
    field_order = ("name", "shortcode", "account_reference", "rent", "reason")

    def __init__(
        self, *args: Any, shortcodes: Sequence[tuple[str, str]] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["is_active"]
        self.fields["shortcode"].choices = list(shortcodes)  # type: ignore[attr-defined]


class NewHolderForm(ReasonForm):
    """Whose property it is from now on."""

    owner = choice("New owner", [])
    field_order = ("owner", "reason")

    def __init__(self, *args: Any, owners: Sequence[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", "Choose the new owner"), *owners]
        self.fields["owner"].choices = choices  # type: ignore[attr-defined]


class TenantForm(ReasonForm):
    """Who pays, and how."""

    name = text("Name", NAME_LENGTH_MAX, help_text="Such as Juma Example.")
    unit = text("Unit", UNIT_LENGTH_MAX, required=False, help_text="Such as A3.")
    phones = text(
        "Phones", 330, required=False,
        help_text="That they pay from, parted by commas. Empty keeps those there are; write none "
        "to take them all away.",
    )  # fmt: skip
    account_reference = text(
        LABELS["account_reference"], 60, required=False,
        help_text="Of their own; empty: they pay under the property's.",
    )  # fmt: skip
    rent = amount("Rent", required=False, help_text="Empty: the property's.")
    email = text("Email", EMAIL_LENGTH_MAX, required=False, help_text="For notices.")
    language = language()
    since_date = forms.DateField(
        label="Since", required=False, help_text="Rent is due from this day's month on.",
        widget=forms.DateInput(attrs={**INPUT, "type": "date"}, format="%Y-%m-%d"),
    )  # fmt: skip
    is_active = active()
    field_order: Sequence[str] = (
        "name", "unit", "phones", "account_reference", "rent", "email", "language", "since_date",
        "is_active", "reason",
    )  # fmt: skip


class NewTenantForm(TenantForm):
    """As above."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["is_active"]
        self.fields["phones"].help_text = "That they pay from, parted by commas."


class FeeForm(ReasonForm):
    """What is kept, from a moment on."""

    percent = text("Per cent", 6, inputmode="decimal", help_text="Such as 5 or 7.5.")
    flat = amount(LABELS["flat"], required=False, help_text="Shillings on top of it.")
    minimum = amount(LABELS["minimum"], required=False, help_text="Shillings.")
    maximum = amount(LABELS["maximum"], required=False, help_text="Shillings.")
    valid_from = forms.DateField(
        label=LABELS["valid_from"], required=False,
        help_text="The day from whose first minute on it holds. Empty: from now on.",
        widget=forms.DateInput(attrs={**INPUT, "type": "date"}, format="%Y-%m-%d"),
    )  # fmt: skip
    field_order: Sequence[str] = (
        "percent", "flat", "minimum", "maximum", "valid_from", "reason",
    )  # fmt: skip


class PartnerFeeForm(FeeForm):
    """Of a whole partner."""

    partner = choice("Partner", [])
    field_order = ("partner", *FeeForm.field_order)

    def __init__(
        self, *args: Any, partners: Sequence[tuple[str, str]] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["partner"].choices = list(partners)  # type: ignore[attr-defined]


class SignInForm(ReasonForm):
    """Whose user."""

    username = text(
        LABELS["username"], 150, required=False,
        help_text="Of a user who is no staff. Empty takes the sign-in away.",
    )  # fmt: skip
    field_order = ("username", "reason")
