"""Shortcodes: what they are and what they hold. Credentials never reach a page."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse

from core.admin import shown
from core.admin.alerts import steps_of
from core.admin.base import RecordAdmin, column
from core.admin.record import Column, Facts, Headline, Record, Table
from vault import queries
from vault.admin.partners import ActiveFilter, active
from vault.models import Shortcode, ShortcodeKind


@admin.register(Shortcode)
class ShortcodeAdmin(RecordAdmin):
    """Paybills, tills and Stripe accounts that money leaves from."""

    purpose = (
        "Paybills, tills and Stripe accounts that money leaves from. Their credentials are never "
        "shown."
    )
    nothing_yet = (
        "No shortcode yet: manage.py add_shortcode adds one, add_stripe_account a Stripe account."
    )
    list_display = ("number", "partner", "kind_text", "limit", "state", "since")
    list_filter = (ActiveFilter,)
    list_select_related = ("partner",)
    search_fields = ("number", "partner__name")
    search_help_text = "Number or partner"
    partner_path = "partner"

    @column("Kind")
    def kind_text(self, row: Shortcode) -> str:
        """Paybill, till or Stripe account."""
        return row.get_kind_display()

    @column("Calls per second")
    def limit(self, row: Shortcode) -> int:
        """Its TPS limit."""
        return row.tps_limit

    @column("State")
    def state(self, row: Shortcode) -> Any:
        """Active or not."""
        return active(is_active=row.is_active)

    @column("Since")
    def since(self, row: Shortcode) -> Any:
        """When it was added."""
        return shown.moment(row.created_at)

    def record(self, request: HttpRequest, row: Shortcode) -> Record:
        """One shortcode with its latest balances."""
        partner = reverse("admin:vault_partner_change", args=[row.partner_id])
        payouts = reverse("admin:disbursements_disbursementrequest_changelist")
        return Record(
            headline=Headline(
                kind=row.get_kind_display(), main=row.number, beside=f"of {row.partner}",
                status=active(is_active=row.is_active),
            ),
            sections=[
                _balances(row),
                Facts(
                    title="Facts",
                    rows=[
                        ("Id", shown.copied(str(row.pk), label="shortcode id")),
                        ("Partner", shown.link(partner, row.partner)),
                        *_of_mpesa(row),
                        ("Calls per second, at most", row.tps_limit),
                        ("Since", shown.moment(row.created_at)),
                        ("Payouts", shown.link(f"{payouts}?shortcode={row.pk}", "Show them")),
                    ],
                ),
                steps_of(row),
            ],
        )  # fmt: skip


def _of_mpesa(row: Shortcode) -> list[tuple[str, Any]]:
    if row.kind == ShortcodeKind.STRIPE:
        return []
    low = shown.amount(row.low_float_minor, "KES") if row.low_float_minor else "Off"
    return [("Initiator", row.initiator_name), ("Alert below", low)]


def _balances(row: Shortcode) -> Table:
    name = "Stripe" if row.kind == ShortcodeKind.STRIPE else "M-Pesa"
    readings = queries.latest_readings(shortcode_id=row.pk)
    return Table(
        title="Latest balances",
        note=f"By {name}'s word at that moment.",
        empty=f"{name} has not told a balance yet.",
        columns=[
            Column(label="Wallet"), Column(label="Available", numeric=True),
            Column(label="Current", numeric=True), Column(label="Reserved", numeric=True),
            Column(label="Read"), Column(label="From"),
        ],
        rows=[
            [
                reading.wallet.name,
                shown.amount(reading.available_minor, reading.wallet.currency),
                shown.amount(reading.current_minor, reading.wallet.currency),
                shown.amount(reading.reserved_minor, reading.wallet.currency),
                shown.moment(reading.read_at),
                reading.source,
            ]
            for reading in readings
        ],
    )  # fmt: skip
