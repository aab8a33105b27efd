"""Owners: whom rent is collected for, what they are owed, where and when it goes."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.http import HttpRequest
from django.urls import reverse

from core.admin import shown
from core.admin.alerts import steps_of
from core.admin.base import RecordAdmin, column
from core.admin.record import Button, Column, Facts, Headline, Record, Table
from vault.admin.acting import CURRENCY, page_of
from vault.admin.fee_actions import AddFee, LinkUser
from vault.admin.fee_rules import fee_table
from vault.admin.owner_actions import AddOwner, ChangeOwner, ChangePlan, capital, plan_lines
from vault.admin.property_actions import AddProperty
from vault.admin.rental_filters import InUseFilter, PaidToFilter, PartnerFilter, WhenFilter, in_use
from vault.models import Owner, Property
from vault.queries.fees import rules_of_owner
from vault.queries.forwarding import owner_plan
from vault.queries.people import OwnerBalance, owner_balances, waiting_for
from vault.rules import forward_schedule

PROPERTIES_SHOWN = 200
SEE_PAYMENTS, SEE_FORWARDS = "vault.view_payment", "rents.view_forward"


@admin.register(Owner)
class OwnerAdmin(RecordAdmin):
    """Everybody whom rent is collected for."""

    purpose = "Whom rent is collected for: what the books say they are owed, and where it goes."
    nothing_yet = "No owner yet: Add an owner, or manage.py add_owner."
    list_display = ("name", "partner", "owed", "on_its_way", "goes_to", "when", "state")
    list_filter = (InUseFilter, PaidToFilter, WhenFilter, PartnerFilter)
    list_select_related = ("partner",)
    search_fields = ("name", "receiver_number", "=receiver_account")
    search_help_text = "Name, paybill, till or account"
    row_actions = (AddProperty, AddFee, ChangePlan, ChangeOwner, LinkUser)
    list_actions = (AddOwner,)
    partner_path = "partner"
    has_phones = True

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """With the balances of the owners on the page, read at once."""
        changelist = super().get_changelist_instance(request)
        found = owner_balances(owner_ids=[row.pk for row in changelist.result_list])
        for row in changelist.result_list:
            row.balance = found[row.pk]
        return changelist

    @column("Owed")
    def owed(self, row: Any) -> Any:
        """By the books, in no transfer yet."""
        return shown.amount(row.balance.owed_minor, CURRENCY)

    @column("On its way")
    def on_its_way(self, row: Any) -> Any:
        """By the books, in a transfer that is not paid yet."""
        return shown.amount(row.balance.forwarding_minor, CURRENCY)

    @column("Goes to")
    def goes_to(self, row: Owner) -> str:
        """Whom it is paid to, phones always masked in lists."""
        return str(plan_lines(owner_plan(row), may_see=False)[0][1])

    @column("When")
    def when(self, row: Owner) -> str:
        """When it is forwarded."""
        return capital(forward_schedule.in_words(owner_plan(row)))

    @column("State")
    def state(self, row: Owner) -> Any:
        """In use or not."""
        return in_use(is_active=row.is_active)

    def record(self, request: HttpRequest, row: Owner) -> Record:
        """One owner: the balance on top."""
        may_see = shown.may_see_phones(request)
        balance = owner_balances(owner_ids=[row.pk])[row.pk]
        return Record(
            buttons=_ways(request, row),
            headline=Headline(
                kind="Owner",
                main=row.name,
                beside=f"of {row.partner}",
                status=in_use(is_active=row.is_active),
                next_step=_next_step(row),
            ),
            sections=[
                _money(row, balance),
                Facts(title="Where and when rent goes",
                      rows=plan_lines(owner_plan(row), may_see=may_see)),
                _properties(row),
                fee_table(rules_of_owner(row)),
                _facts(row, may_see=may_see),
                steps_of(row, may_see_phones=may_see),
            ],
        )  # fmt: skip


def _money(row: Owner, balance: OwnerBalance) -> Facts:
    waits = waiting_for(row)
    noun = "rent waits" if waits.count == 1 else "rents wait"
    return Facts(
        title="Balance by the books",
        rows=[
            ("Owed", shown.amount(balance.owed_minor, CURRENCY)),
            ("On its way", shown.amount(balance.forwarding_minor, CURRENCY)),
            ("Together", shown.amount(balance.owed_minor + balance.forwarding_minor, CURRENCY)),
            ("In no transfer yet", f"{waits.count:,} {noun}" if waits.count else "Nothing waits"),
        ],
    )


def _next_step(row: Owner) -> str:
    plan = owner_plan(row)
    if plan.receiver.paid_to == "nowhere":
        return "Rent is collected and not forwarded from here."
    return f"Rent that comes in is forwarded {forward_schedule.in_words(plan)}."


def _ways(request: HttpRequest, row: Owner) -> list[Button]:
    ways = []
    if request.user.has_perm(SEE_PAYMENTS):
        payments = reverse("admin:vault_payment_changelist")
        ways.append(Button(label="Rents received", url=f"{payments}?owner={row.pk}"))
    if request.user.has_perm(SEE_FORWARDS):
        ways.append(Button(label="Statement", url=reverse("owner_statement", args=[row.pk])))
    return ways


def _facts(row: Owner, *, may_see: bool) -> Facts:
    return Facts(
        title="Facts",
        rows=[
            ("Id", shown.copied(str(row.pk), label="owner id")),
            ("Partner", shown.link(page_of(row.partner), row.partner)),
            ("Phone", shown.phone(row.phone, may_see=may_see) if row.phone else shown.NOTHING),
            ("Email", row.email or shown.NOTHING),
            ("Language of notices", row.get_language_display()),
            ("Sign-in", row.user.get_username() if row.user else "None"),
            ("Since", shown.moment(row.created_at)),
        ],
    )


def _properties(row: Owner) -> Table:
    rows = Property.objects.filter(owner=row).select_related("shortcode")
    more = rows.count() - PROPERTIES_SHOWN
    return Table(
        title="Properties",
        note=f"{more:,} more are in the list of properties." if more > 0 else "",
        empty="None yet: Add a property.",
        columns=[
            Column(label="Property"), Column(label="Rent", numeric=True),
            Column(label="Paid to"), Column(label="Account"), Column(label="State"),
        ],
        rows=[
            [
                shown.link(page_of(each), each.name),
                shown.amount(each.rent_minor, each.currency),
                each.shortcode.number,
                each.account_reference,
                in_use(is_active=each.is_active),
            ]
            for each in rows[:PROPERTIES_SHOWN]
        ],
    )  # fmt: skip
