"""Tenants: who pays rent, from which phones, under which account."""

from contextlib import suppress
from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse

from core import phones
from core.admin import shown
from core.admin.alerts import steps_of
from core.admin.base import RecordAdmin, column
from core.admin.record import Button, Facts, Headline, Record
from vault.admin.acting import page_of
from vault.admin.fee_actions import LinkUser
from vault.admin.property_actions import ChangeTenant
from vault.admin.rental_filters import (
    InUseFilter,
    PropertyFilter,
    TenantsPartnerFilter,
    in_use,
)
from vault.models import Tenant, TenantPhone

SEE_PAYMENTS, COLLECT = "vault.view_payment", "vault.collect_payment"


@admin.register(Tenant)
class TenantAdmin(RecordAdmin):
    """Everybody who rents."""

    purpose = "Who pays rent, under which account."
    nothing_yet = "No tenant yet: a property's page adds one; manage.py import_tenants, many."
    list_display = ("name", "property_name", "unit", "account", "rent", "state")
    list_filter = (InUseFilter, PropertyFilter, TenantsPartnerFilter)
    list_select_related = ("property__owner",)
    search_fields = ("name",)
    search_help_text = "Name, unit, account or phone"
    row_actions = (ChangeTenant, LinkUser)
    partner_path = "property__partner"
    has_phones = True

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Tenant], search_term: str
    ) -> tuple[QuerySet[Tenant], bool]:
        """By phone only for those who may see phones."""
        term = search_term.strip()
        if not term:
            return queryset, False
        hits = (
            Q(name__icontains=term)
            | Q(unit__iexact=term)
            | Q(account_reference__iexact=term)
            | Q(property__name__icontains=term)
        )
        if request.user.has_perm(shown.SEE_PHONES):
            with suppress(phones.BadPhone):
                owned = TenantPhone.objects.filter(
                    tenant=OuterRef("pk"), msisdn=phones.normal_form(term)
                )
                hits |= Q(Exists(owned))
        return queryset.filter(hits), False

    @column("Property")
    def property_name(self, row: Tenant) -> Any:
        """And its owner."""
        return shown.two_lines(row.property.name, row.property.owner.name)

    @column("Account")
    def account(self, row: Tenant) -> str:
        """Their own, or the property's."""
        return row.account_reference or row.property.account_reference

    @column("Rent")
    def rent(self, row: Tenant) -> Any:
        """Their own, or the property's."""
        return shown.amount(row.rent_minor or row.property.rent_minor, row.property.currency)

    @column("State")
    def state(self, row: Tenant) -> Any:
        """There or gone."""
        return in_use(is_active=row.is_active)

    def record(self, request: HttpRequest, row: Tenant) -> Record:
        """One tenant."""
        may_see = shown.may_see_phones(request)
        return Record(
            buttons=_ways(request, row),
            headline=Headline(
                kind="Tenant",
                main=row.name,
                beside=f"{row.property}, {row.unit}" if row.unit else str(row.property),
                status=in_use(is_active=row.is_active),
            ),
            sections=[
                Facts(title="Facts", rows=_facts(row, may_see=may_see)),
                steps_of(row, may_see_phones=may_see),
            ],
        )


def _facts(row: Tenant, *, may_see: bool) -> list[tuple[str, object]]:
    own = row.property
    numbers = [shown.phone(each.msisdn, may_see=may_see) for each in row.phones.all()]
    return [
        ("Id", shown.copied(str(row.pk), label="tenant id")),
        ("Property", shown.link(page_of(own), own)),
        ("Owner", shown.link(page_of(own.owner), own.owner)),
        ("Rent", shown.amount(row.rent_minor or own.rent_minor, own.currency)),
        ("Account", shown.copied(row.account_reference or own.account_reference, label="account")),
        *[(f"Phone {number}", text) for number, text in enumerate(numbers, start=1)],
        ("Email", row.email or shown.NOTHING),
        ("Language of notices", row.get_language_display()),
        ("Sign-in", row.user.get_username() if row.user else "None"),
        ("Rent is due since", f"{row.since_date:%-d %b %Y}" if row.since_date else shown.NOTHING),
        ("Since", shown.moment(row.created_at)),
    ]


def _ways(request: HttpRequest, row: Tenant) -> list[Button]:
    ways = []
    if request.user.has_perm(SEE_PAYMENTS):
        payments = reverse("admin:vault_payment_changelist")
        ways.append(Button(label="Rents paid", url=f"{payments}?tenant={row.pk}"))
    if request.user.has_perm(COLLECT) and row.is_active:
        collect = reverse("admin:vault_prompt_collect")
        ways.append(Button(label="Prompt for rent…", url=f"{collect}?tenant={row.pk}"))
    return ways
