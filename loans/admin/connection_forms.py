"""The forms about a partner's Mifos X and its loan products, each with a reason."""

from collections.abc import Sequence
from typing import Any

from django import forms

from core.admin.confirm import ReasonForm
from loans.models import MifosConnection
from loans.rules.connection_values import (
    CA_CHARACTERS_MAX,
    PASSWORD_CHARACTERS_MAX,
    REQUESTS_PER_MINUTE_MAX,
    ConnectionValues,
)
from loans.rules.product_values import DAILY_COUNT_MAX, ProductValues
from vault.admin.acting import maybe_shillings, shillings, written
from vault.admin.rental_forms import INPUT, amount, choice, text

YES_NO = [("yes", "Yes"), ("no", "No")]
LABELS = {
    "ca_bundle": "Certificates to trust",
    "time_zone": "Time zone of the tenant",
    "version_override": "Version",
    "payment_type_name": "Payment type",
    "office_name": "Office",
    "shortcode": "Paid from",
    "requests_per_minute": "Requests a minute",
    "username": "User",
    "product_id": "Product id",
    "product_name": "Name",
    "min_amount_minor": "At least",
    "max_amount_minor": "At most",
    "daily_count_max": "Loans a day",
    "daily_amount_max_minor": "Amount a day",
}
PLAIN = (
    "host", "tenant", "username", "ca_bundle", "time_zone", "version_override",
    "payment_type_name", "office_name", "shortcode", "requests_per_minute",
)  # fmt: skip


class ConnectionForm(ReasonForm):
    """All that is set of a connection."""

    host = text(
        "Host", 400, inputmode="url", spellcheck="false",
        help_text="Such as https://mifos.example.org:8443. https only.",
    )  # fmt: skip
    tenant = text("Tenant", 100, help_text="As the server names it, such as default.")
    username = text("User", 100, help_text="Of the API user, with no more rights than it needs.")
    password = forms.CharField(
        label="Password", required=False, strip=False, max_length=PASSWORD_CHARACTERS_MAX,
        help_text="Sealed at once and never shown. In a change, empty keeps what there is; with "
        "another host, user or certificates it must be typed anew.",
        widget=forms.PasswordInput(attrs={**INPUT, "autocomplete": "new-password"}),
    )  # fmt: skip
    shortcode = choice(LABELS["shortcode"], [], required=False)
    payment_type_name = text(
        LABELS["payment_type_name"], 100, help_text="Its name in Mifos X, such as M-Pesa."
    )
    office_name = text(
        LABELS["office_name"], 100, required=False,
        help_text="Of the API user, where it is not the head office: only its loans are seen.",
    )  # fmt: skip
    time_zone = text(LABELS["time_zone"], 60, help_text="In Mifos X, such as Africa/Nairobi.")
    version_override = text(
        LABELS["version_override"], 40, required=False,
        help_text="Empty: found out by the test. Else such as 1.8.4.",
    )  # fmt: skip
    ca_bundle = forms.CharField(
        label=LABELS["ca_bundle"], required=False, max_length=CA_CHARACTERS_MAX,
        help_text="PEM, of a server whose certificate the system does not know. Else empty.",
        widget=forms.Textarea(attrs={**INPUT, "rows": 4, "spellcheck": "false"}),
    )  # fmt: skip
    requests_per_minute = forms.IntegerField(
        label=LABELS["requests_per_minute"], min_value=1, max_value=REQUESTS_PER_MINUTE_MAX,
        help_text="Never more than that many leave in a minute.",
        widget=forms.NumberInput(attrs=INPUT),
    )  # fmt: skip
    field_order: Sequence[str] = (
        "partner", "host", "tenant", "username", "password", "shortcode", "payment_type_name",
        "office_name", "time_zone", "version_override", "ca_bundle", "requests_per_minute",
        "reason",
    )  # fmt: skip

    def __init__(self, *args: Any, numbers: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", "The only one that the partner has"), *((each, each) for each in numbers)]
        self.fields["shortcode"].choices = choices  # type: ignore[attr-defined]


class NewConnectionForm(ConnectionForm):
    """Whose too."""

    partner = choice("Partner", [])

    def __init__(
        self, *args: Any, partners: Sequence[tuple[str, str]] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["partner"].choices = list(partners)  # type: ignore[attr-defined]
        self.fields["password"].required = True


class ConfirmForm(ReasonForm):
    """`seen`: what stood on the page when it was looked at."""

    seen = forms.CharField(widget=forms.HiddenInput)


class ProductForm(ReasonForm):
    """The limits of a loan product."""

    product_name = text("Name", 100, required=False, help_text="Such as Business loan.")
    enabled = choice("Paid by itself", YES_NO)
    auto_approve = choice("Without a person", YES_NO)
    minimum = amount(
        LABELS["min_amount_minor"], help_text="Shillings that the client receives: 10 or more."
    )
    maximum = amount(
        LABELS["max_amount_minor"], help_text="Shillings that the client receives: up to 250,000."
    )
    daily_count_max = forms.IntegerField(
        label=LABELS["daily_count_max"], required=False, min_value=0, max_value=DAILY_COUNT_MAX,
        help_text="Empty is no limit.", widget=forms.NumberInput(attrs=INPUT),
    )  # fmt: skip
    daily_amount = amount(
        LABELS["daily_amount_max_minor"], required=False, help_text="Shillings. Empty is no limit."
    )
    field_order: Sequence[str] = (
        "partner", "product_id", "product_name", "enabled", "auto_approve", "minimum", "maximum",
        "daily_count_max", "daily_amount", "reason",
    )  # fmt: skip


class NewProductForm(ProductForm):
    """Whose and which too."""

    partner = choice("Partner", [])
    product_id = forms.IntegerField(
        label=LABELS["product_id"], min_value=1, help_text="Its id in Mifos X, such as 1.",
        widget=forms.NumberInput(attrs=INPUT),
    )  # fmt: skip

    def __init__(
        self, *args: Any, partners: Sequence[tuple[str, str]] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["partner"].choices = list(partners)  # type: ignore[attr-defined]


def connection_values(answers: dict[str, Any]) -> ConnectionValues:
    """What was typed; no password keeps what there is."""
    password = answers["password"] or None
    return ConnectionValues(password=password, **{name: answers[name] for name in PLAIN})


def connection_initial(row: MifosConnection | None) -> dict[str, Any]:
    """As it is now, but for the password; of a new one, what is usual."""
    if row is None:
        usual = ConnectionValues(host="", tenant="", username="")
        return {name: getattr(usual, name) for name in PLAIN}
    number = row.shortcode.number if row.shortcode else ""
    return {**{name: getattr(row, name) for name in PLAIN}, "shortcode": number}


def product_values(answers: dict[str, Any]) -> ProductValues:
    """What was typed. Raises core.refusals.Refused."""
    return ProductValues(
        product_name=answers["product_name"],
        enabled=answers["enabled"] == "yes",
        auto_approve=answers["auto_approve"] == "yes",
        min_amount_minor=shillings(answers["minimum"], field="min_amount_minor"),
        max_amount_minor=shillings(answers["maximum"], field="max_amount_minor"),
        daily_count_max=answers["daily_count_max"],
        daily_amount_max_minor=maybe_shillings(
            answers["daily_amount"], field="daily_amount_max_minor"
        ),
    )


def product_initial(values: ProductValues) -> dict[str, Any]:
    """As it is now."""
    return {
        "product_name": values.product_name,
        "enabled": "yes" if values.enabled else "no",
        "auto_approve": "yes" if values.auto_approve else "no",
        "minimum": written(values.min_amount_minor),
        "maximum": written(values.max_amount_minor),
        "daily_count_max": values.daily_count_max,
        "daily_amount": written(values.daily_amount_max_minor),
    }
