"""Fee rules: what is kept of each payment, since when, and what comes after."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest

from core import clock, money
from core.admin import shown
from core.admin.alerts import steps_of
from core.admin.base import RecordAdmin, column
from core.admin.filters import ChoiceFilter
from core.admin.record import Column, Facts, Headline, Record, Table
from vault.admin.acting import CURRENCY, page_of
from vault.admin.fee_actions import AddPartnerFee
from vault.admin.rental_filters import OwnerFilter, PartnerFilter, PropertyFilter
from vault.models import FeeRule
from vault.queries.fees import followed_at, platform_terms, terms_of
from vault.rules import fees


class KindFilter(ChoiceFilter):
    """Of a partner, an owner or a property."""

    title = "kind"
    parameter_name = "kind"
    values = (("partner", "Of a partner"), ("owner", "Of an owner"), ("property", "Of a property"))

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Rules of one kind."""
        if self.value() == "partner":
            return queryset.filter(owner=None, property=None)
        if self.value() in {"owner", "property"}:
            return queryset.filter(**{f"{self.value()}__isnull": False})
        return queryset


@admin.register(FeeRule)
class FeeRuleAdmin(RecordAdmin):
    """Every rule there ever was, newest first."""

    purpose = (
        "What is kept of a payment: the property's rule, else the owner's, else the partner's, "
        "else PLATFORM_FEE_PERCENTAGE; of each the latest that held when it was paid."
    )
    nothing_yet = "No rule yet: PLATFORM_FEE_PERCENTAGE holds for all."
    list_display = ("whose", "terms", "since", "until", "state", "by")
    list_filter = (KindFilter, PartnerFilter, OwnerFilter, PropertyFilter)
    list_select_related = ("partner", "owner", "property")
    search_fields = ("partner__name", "owner__name", "property__name")
    search_help_text = "Partner, owner or property"
    ordering = ("-valid_from", "-pk")
    list_actions = (AddPartnerFee,)
    partner_path = "partner"

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """With what follows each rule on the page, read at once."""
        changelist = super().get_changelist_instance(request)
        followers = followed_at(changelist.result_list)
        for row in changelist.result_list:
            row.followed_at = followers.get(row.pk)
        return changelist

    @column("Of")
    def whose(self, row: FeeRule) -> Any:
        """Property, owner or partner, and its partner."""
        return shown.two_lines(row.property or row.owner or row.partner, row.partner)

    @column("Fee")
    def terms(self, row: FeeRule) -> str:
        """In words."""
        return fees.in_words(terms_of(row))

    @column("From")
    def since(self, row: FeeRule) -> Any:
        """When it begins to hold."""
        return shown.moment(row.valid_from)

    @column("Until")
    def until(self, row: Any) -> Any:
        """When another follows it."""
        return shown.moment(row.followed_at)

    @column("State")
    def state(self, row: Any) -> Any:
        """Before, now or later."""
        return _state(row, row.followed_at)

    @column("By")
    def by(self, row: FeeRule) -> str:
        """Who added it."""
        return row.created_by

    def record(self, request: HttpRequest, row: FeeRule) -> Record:
        """One rule."""
        until = followed_at([row]).get(row.pk)
        named = row.property or row.owner or row.partner
        return Record(
            headline=Headline(
                kind="Fee rule",
                main=fees.in_words(terms_of(row)),
                beside=f"of {named}",
                status=_state(row, until),
                meaning="Payments keep the fee that held when they were paid.",
            ),
            sections=[
                Facts(
                    title="Facts",
                    rows=[
                        ("Of", shown.link(page_of(named), named)),
                        ("Partner", row.partner),
                        ("From", shown.moment(row.valid_from)),
                        ("Until", shown.moment(until)),
                        ("Example", _example(row)),
                        ("Added by", row.created_by),
                        ("Added", shown.moment(row.created_at)),
                    ],
                ),
                steps_of(row),
            ],
        )  # fmt: skip


def fee_table(rules: Sequence[FeeRule]) -> Table:
    """The rules that could hold, newest first, with the setting as what is below them all."""
    followers = followed_at(rules)
    return Table(
        title="Fee rules",
        note="The nearest holds: the property's, else the owner's, else the partner's. Without "
        f"any it is {fees.in_words(platform_terms())}.",
        empty="None of its own.",
        columns=[
            Column(label="Fee"), Column(label="Of"), Column(label="From"), Column(label="State"),
        ],
        rows=[
            [
                shown.link(page_of(rule), fees.in_words(terms_of(rule))),
                rule.property or rule.owner or rule.partner,
                shown.moment(rule.valid_from),
                _state(rule, followers.get(rule.pk)),
            ]
            for rule in rules
        ],
    )  # fmt: skip


def _state(row: FeeRule, until: datetime | None) -> Any:
    now = clock.now()
    if row.valid_from > now:
        return shown.status("To come", meaning="It holds from that moment on.", tone=shown.WAIT)
    if until and until <= now:
        return shown.status("Followed", meaning="A newer rule holds now.", tone=shown.MUTE)
    return shown.status("Holds", meaning="Unless a nearer rule does.", tone=shown.GOOD)


def _example(row: FeeRule) -> str:
    """Received = fee + owed, of KES 10,000."""
    try:
        found = fees.split(1_000_000, terms_of(row))
    except fees.FeeTooLarge:
        return "KES 10,000.00 would not cover it"
    fee, owed = (money.shown(each, CURRENCY) for each in (found.fee_minor, found.owed_minor))
    return f"KES 10,000.00 = fee {fee} + owed {owed}"
