"""Partners: added by `manage.py add_partner`, read here."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse

from core.admin import shown
from core.admin.alerts import steps_of
from core.admin.base import RecordAdmin, column
from core.admin.filters import ChoiceFilter
from core.admin.record import Column, Facts, Headline, Record, Table
from vault.models import ApiKey, Partner, Shortcode


class ActiveFilter(ChoiceFilter):
    """Active or not."""

    title = "state"
    parameter_name = "active"
    column = "is_active"
    values = (("True", "Active"), ("False", "Not active"))


@admin.register(Partner)
class PartnerAdmin(RecordAdmin):
    """Organisations that pay through us."""

    purpose = "Organisations that pay through us. What one owns, no other sees."
    nothing_yet = "No partner yet: manage.py add_partner NAME adds one."
    list_display = ("name", "state", "since")
    list_filter = (ActiveFilter,)
    search_fields = ("name",)
    search_help_text = "Name"
    partner_path = "pk"

    @column("State")
    def state(self, row: Partner) -> Any:
        """Active or not."""
        return active(is_active=row.is_active)

    @column("Since")
    def since(self, row: Partner) -> Any:
        """When it was added."""
        return shown.moment(row.created_at)

    def record(self, request: HttpRequest, row: Partner) -> Record:
        """One partner with its shortcodes and keys."""
        payouts = reverse("admin:disbursements_disbursementrequest_changelist")
        return Record(
            headline=Headline(
                kind="Partner", main=row.name, status=active(is_active=row.is_active)
            ),
            sections=[
                Facts(
                    title="Facts",
                    rows=[
                        ("Id", shown.copied(str(row.pk), label="partner id")),
                        ("Since", shown.moment(row.created_at)),
                        ("Payouts", shown.link(f"{payouts}?partner={row.pk}", "Show its payouts")),
                    ],
                ),
                _shortcodes(row),
                *([_keys(row)] if request.user.has_perm("vault.view_apikey") else []),
                steps_of(row),
            ],
        )


def active(*, is_active: bool) -> Any:
    """Active or not, as dot and word."""
    if is_active:
        return shown.status("Active", meaning="It may pay.", tone=shown.GOOD)
    return shown.status("Not active", meaning="Nothing of it is sent.", tone=shown.MUTE)


def _shortcodes(partner: Partner) -> Table:
    rows = Shortcode.objects.filter(partner=partner)
    page = "admin:vault_shortcode_change"
    return Table(
        title="Shortcodes",
        empty="None yet: manage.py add_shortcode adds one.",
        columns=[Column(label="Number"), Column(label="Kind"), Column(label="State")],
        rows=[
            [
                shown.link(reverse(page, args=[row.pk]), row.number),
                row.get_kind_display(),
                active(is_active=row.is_active),
            ]
            for row in rows
        ],
    )


def _keys(partner: Partner) -> Table:
    rows = ApiKey.objects.filter(partner=partner).order_by("-created_at")
    page = "admin:vault_apikey_change"
    return Table(
        title="API keys",
        empty="None yet: manage.py add_api_key adds one.",
        columns=[Column(label="Begins with"), Column(label="State"), Column(label="Last used")],
        rows=[
            [
                shown.link(reverse(page, args=[row.pk]), f"{row.prefix}…"),
                "Revoked" if row.revoked_at else "Valid",
                shown.moment(row.last_used_at),
            ]
            for row in rows
        ],
    )
