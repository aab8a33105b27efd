"""Loan products: which loans are paid by themselves, how much, how many a day."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse

from core.admin import shown
from core.admin.alerts import steps_of
from core.admin.base import RecordAdmin, column
from core.admin.confirm import Confirmation, Outcome
from core.admin.filters import ChoiceFilter
from core.admin.record import Button, Facts, Headline, Record
from loans.admin.connection_forms import (
    LABELS,
    NewProductForm,
    ProductForm,
    product_initial,
    product_values,
)
from loans.models import LoanProductAutoDisbursalConfig
from loans.operations.products import save_product
from loans.queries import products
from loans.rules.product_values import ProductValues
from vault.admin.acting import RentalAction, caller, page_of, told
from vault.admin.owner_actions import partner_choices
from vault.admin.rental_filters import PartnerFilter

USUAL = ProductValues(min_amount_minor=100_000, max_amount_minor=5_000_000, enabled=True)
WHAT_HOLDS = [
    "It holds for what is fetched and paid from now on; what is paid already stays.",
    "A loan outside the limits is held and waits for a person. It is never split.",
]


class AddProduct(RentalAction):
    """Above the list."""

    name = "new"
    label = "Add a loan product…"
    permission = "add"
    primary = True

    def form_for(self, request: HttpRequest, rows: Sequence[Any]) -> Callable[..., forms.Form]:
        """With the partners that the person may see."""
        return partial(NewProductForm, partners=partner_choices(request))

    def initial(self, request: HttpRequest, rows: Sequence[Any]) -> dict[str, Any]:
        """What is usual."""
        return product_initial(USUAL)

    def confirmation(self, request: HttpRequest, rows: Sequence[Any]) -> Confirmation:
        """What it does."""
        return Confirmation(
            title="Add a loan product", button="Save the product", will_happen=WHAT_HOLDS
        )

    def perform(
        self, *, request: HttpRequest, rows: Sequence[Any], answers: dict[str, Any], at: datetime
    ) -> Outcome:
        """Add, or change where it is there."""
        partner_id, product_id = UUID(answers["partner"]), answers["product_id"]
        return _saved(request, partner_id, product_id, answers, at)


class ChangeProduct(RentalAction):
    """On its page."""

    name = "edit"
    label = "Change…"
    primary = True
    form_class = ProductForm

    def initial(self, request: HttpRequest, rows: Sequence[Any]) -> dict[str, Any]:
        """As it is now."""
        return product_initial(products.values_of(rows[0]))

    def confirmation(self, request: HttpRequest, rows: Sequence[Any]) -> Confirmation:
        """What is now."""
        row = rows[0]
        return Confirmation(
            title=f"Change {row} of {row.partner}",
            button="Save the change",
            will_happen=[f"Now: {products.in_words(row)}.", *WHAT_HOLDS],
        )

    def perform(
        self, *, request: HttpRequest, rows: Sequence[Any], answers: dict[str, Any], at: datetime
    ) -> Outcome:
        """Change what differs."""
        return _saved(request, rows[0].partner_id, rows[0].product_id, answers, at)


class EnabledFilter(ChoiceFilter):
    """Paid by itself or not."""

    title = "paid by itself"
    parameter_name = "enabled"
    column = "enabled"
    values = (("True", "Yes"), ("False", "No"))


@admin.register(LoanProductAutoDisbursalConfig)
class LoanProductAdmin(RecordAdmin):
    """What is not listed is not paid."""

    purpose = (
        "Which loans of Mifos X are paid by themselves. Loans of products that are not here, or "
        "not enabled, are left alone."
    )
    nothing_yet = "No product yet: no loan is paid by itself. Add a loan product."
    list_display = ("named", "partner", "amounts", "by_itself", "a_day", "state")
    list_filter = (EnabledFilter, PartnerFilter)
    list_select_related = ("partner",)
    search_fields = ("product_name", "=product_id", "partner__name")
    search_help_text = "Product, its id in Mifos X, or partner"
    ordering = ("partner__name", "product_id")
    partner_path = "partner"
    list_actions = (AddProduct,)
    row_actions = (ChangeProduct,)

    @column("Product")
    def named(self, row: LoanProductAutoDisbursalConfig) -> Any:
        """Its name and id."""
        return shown.two_lines(row, f"id {row.product_id}")

    @column("Amount")
    def amounts(self, row: LoanProductAutoDisbursalConfig) -> Any:
        """What clients receive, from and to."""
        return shown.two_lines(
            shown.amount(row.min_amount_minor, row.currency),
            shown.amount(row.max_amount_minor, row.currency),
        )

    @column("Without a person")
    def by_itself(self, row: LoanProductAutoDisbursalConfig) -> str:
        """Or each waits for one."""
        return "Yes" if row.auto_approve else "No"

    @column("A day, at most")
    def a_day(self, row: LoanProductAutoDisbursalConfig) -> Any:
        """How many and how much."""
        count, amount_minor = row.daily_count_max, row.daily_amount_max_minor
        return shown.two_lines(
            "Any number" if count is None else f"{count:,} loans",
            "Any amount" if amount_minor is None else shown.amount(amount_minor, row.currency),
        )

    @column("State")
    def state(self, row: LoanProductAutoDisbursalConfig) -> Any:
        """Enabled or not."""
        return _state(row)

    def record(self, request: HttpRequest, row: LoanProductAutoDisbursalConfig) -> Record:
        """One product."""
        return Record(
            buttons=_ways(request, row),
            headline=Headline(
                kind="Loan product", main=row, beside=f"of {row.partner}", status=_state(row),
                meaning=products.in_words(row),
            ),
            sections=[
                Facts(
                    title="Facts",
                    rows=[
                        ("Partner", shown.link(page_of(row.partner), row.partner)),
                        ("Id in Mifos X", shown.copied(str(row.product_id), label="product id")),
                        ("At least", shown.amount(row.min_amount_minor, row.currency)),
                        ("At most", shown.amount(row.max_amount_minor, row.currency)),
                        ("Without a person", self.by_itself(row)),
                        ("A day, at most", self.a_day(row)),
                        ("Since", shown.moment(row.created_at)),
                    ],
                ),
                steps_of(row),
            ],
        )  # fmt: skip


def _saved(
    request: HttpRequest, partner_id: UUID, product_id: int, answers: dict[str, Any], at: datetime
) -> Outcome:
    with told(LABELS):
        row = save_product(
            partner_id=partner_id, product_id=product_id, values=product_values(answers),
            reason=answers["reason"], caller=caller(request), at=at,
        )  # fmt: skip
    return Outcome(text=f"{row}: {products.in_words(row)}.", url=page_of(row))


def _state(row: LoanProductAutoDisbursalConfig) -> Any:
    if row.enabled:
        meaning = "Its loans are paid, within the limits."
        return shown.status("Paid by itself", meaning=meaning, tone=shown.GOOD)
    return shown.status("Off", meaning="No loan of it is paid by itself.", tone=shown.MUTE)


def _ways(request: HttpRequest, row: LoanProductAutoDisbursalConfig) -> list[Button]:
    if not request.user.has_perm("loans.view_loantracking"):
        return []
    address = reverse("admin:loans_loantracking_changelist")
    query = f"?partner={row.partner_id}&product={row.product_id}"
    return [Button(label="Loans", url=f"{address}{query}")]
