"""Properties: what is let, the account its rent comes in under, its tenants and its fee."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.urls import reverse

from core import clock
from core.admin import shown
from core.admin.alerts import steps_of
from core.admin.base import RecordAdmin, column
from core.admin.record import Button, Column, Facts, Headline, Record, Table
from vault.admin.acting import page_of
from vault.admin.fee_actions import AddFee
from vault.admin.fee_rules import fee_table
from vault.admin.owner_actions import ChangePlan, plan_lines
from vault.admin.property_actions import AddTenant, ChangeProperty, MoveProperty
from vault.admin.rental_filters import InUseFilter, OwnerFilter, PartnerFilter, in_use
from vault.models import AccountReference, Property, Tenant
from vault.queries.fees import rules_of_property, terms_for
from vault.queries.forwarding import plan_of

TENANTS_SHOWN = 200
SEE_PAYMENTS, COLLECT = "vault.view_payment", "vault.collect_payment"


@admin.register(Property)
class PropertyAdmin(RecordAdmin):
    """Everything that is let."""

    purpose = "What is let: its rent, and the account that makes money that comes in rent of it."
    nothing_yet = "No property yet: the owner's page adds one."
    list_display = ("name", "owner_name", "rent", "account", "tenants", "goes_to", "state")
    list_filter = (InUseFilter, OwnerFilter, PartnerFilter)
    list_select_related = ("owner", "partner", "shortcode")
    search_fields = ("name", "account_reference", "owner__name")
    search_help_text = "Name, account or owner"
    row_actions = (AddTenant, AddFee, ChangePlan, ChangeProperty, MoveProperty)
    partner_path = "partner"
    has_phones = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Property]:
        """With the number of tenants who are there."""
        there = Tenant.objects.filter(property=OuterRef("pk"), is_active=True).order_by()
        counted = there.values("property").annotate(count=Count("pk")).values("count")
        return super().get_queryset(request).annotate(tenants_count=Subquery(counted))

    @column("Owner")
    def owner_name(self, row: Property) -> Any:
        """And the owner's partner."""
        return shown.two_lines(row.owner.name, row.partner.name)

    @column("Rent")
    def rent(self, row: Property) -> Any:
        """Of tenants who have none of their own."""
        return shown.amount(row.rent_minor, row.currency)

    @column("Account")
    def account(self, row: Property) -> Any:
        """What tenants type, and at which shortcode."""
        return shown.two_lines(row.account_reference, f"at {row.shortcode.number}")

    @column("Tenants")
    def tenants(self, row: Any) -> int:
        """How many are there now."""
        return row.tenants_count or 0

    @column("Goes to")
    def goes_to(self, row: Property) -> str:
        """Whom it is paid to, phones always masked in lists."""
        return str(plan_lines(plan_of(row), may_see=False)[0][1])

    @column("State")
    def state(self, row: Property) -> Any:
        """In use or not."""
        return in_use(is_active=row.is_active)

    def record(self, request: HttpRequest, row: Property) -> Record:
        """One property."""
        may_see = shown.may_see_phones(request)
        return Record(
            buttons=_ways(request, row),
            headline=Headline(
                kind="Property",
                main=row.name,
                beside=shown.two_lines(
                    shown.amount(row.rent_minor, row.currency),
                    f"paid to {row.shortcode.number}, account {row.account_reference}",
                ),
                status=in_use(is_active=row.is_active),
                next_step=f"Fee now: {terms_for(property=row, at=clock.now()).words}.",
            ),
            sections=[
                _tenants(row),
                Facts(title="Where and when rent goes",
                      rows=[*plan_lines(plan_of(row), may_see=may_see), ("Says", _says(row))]),
                fee_table(rules_of_property(row)),
                _facts(row),
                steps_of(row, may_see_phones=may_see),
            ],
        )  # fmt: skip


def _ways(request: HttpRequest, row: Property) -> list[Button]:
    ways = []
    if request.user.has_perm(SEE_PAYMENTS):
        payments = reverse("admin:vault_payment_changelist")
        ways.append(Button(label="Rents received", url=f"{payments}?property={row.pk}"))
    if request.user.has_perm(COLLECT) and row.is_active:
        collect = reverse("admin:vault_prompt_collect")
        ways.append(Button(label="Prompt for rent…", url=f"{collect}?property={row.pk}"))
    return ways


def _says(row: Property) -> str:
    own = [word for word, is_own in (("where", row.paid_to), ("when", row.forward_when)) if is_own]
    return f"Its own: {' and '.join(own)}" if own else "As the owner says"


def _facts(row: Property) -> Facts:
    accounts = AccountReference.objects.filter(property=row, tenant=None).order_by("pk")
    learned = [each.written for each in accounts if each.source == "learned"]
    return Facts(
        title="Facts",
        rows=[
            ("Id", shown.copied(str(row.pk), label="property id")),
            ("Owner", shown.link(page_of(row.owner), row.owner)),
            ("Partner", shown.link(page_of(row.partner), row.partner)),
            ("Rent is paid to", shown.link(page_of(row.shortcode), row.shortcode.number)),
            ("Account", shown.copied(row.account_reference, label="account")),
            ("Understood too", ", ".join(learned) or shown.NOTHING),
            ("Since", shown.moment(row.created_at)),
        ],
    )


def _tenants(row: Property) -> Table:
    rows = Tenant.objects.filter(property=row).order_by("-is_active", "unit", "name")
    more = rows.count() - TENANTS_SHOWN
    return Table(
        title="Tenants",
        note=f"{more:,} more are in the list of tenants." if more > 0 else "",
        empty="None yet: Add a tenant, or manage.py import_tenants takes in a file.",
        columns=[
            Column(label="Tenant"), Column(label="Unit"), Column(label="Account"),
            Column(label="Rent", numeric=True), Column(label="State"),
        ],
        rows=[
            [
                shown.link(page_of(each), each.name),
                each.unit or shown.NOTHING,
                each.account_reference or row.account_reference,
                shown.amount(each.rent_minor or row.rent_minor, row.currency),
                in_use(is_active=each.is_active),
            ]
            for each in rows[:TENANTS_SHOWN]
        ],
    )  # fmt: skip
