"""How shortcodes collect: what is registered with M-Pesa, and how far Pull has come."""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse

from core import clock
from core.admin import shown
from core.admin.alerts import steps_of
from core.admin.base import RecordAdmin, column
from core.admin.record import Facts, Headline, Record
from vault.models import Collection
from vault.rules import pulling


@admin.register(Collection)
class CollectionAdmin(RecordAdmin):
    """One row for each shortcode that was registered for something."""

    purpose = (
        "What M-Pesa tells us of payments to each shortcode. Registering is done once, by "
        "manage.py register_urls."
    )
    nothing_yet = "No shortcode collects yet: manage.py register_urls NUMBER registers one."
    list_display = ("shortcode", "told", "pulled", "state", "tried")
    list_select_related = ("shortcode__partner",)
    search_fields = ("shortcode__number", "shortcode__partner__name")
    search_help_text = "Shortcode or partner"
    ordering = ("shortcode__number",)
    partner_path = "shortcode__partner"

    @column("Payments are told")
    def told(self, row: Collection) -> Any:
        """Since its addresses were registered."""
        return shown.moment(row.urls_registered_at)

    @column("Pulled up to")
    def pulled(self, row: Collection) -> Any:
        """Every payment before was pulled."""
        return shown.moment(row.pulled_until)

    @column("Pull")
    def state(self, row: Collection) -> Any:
        """How far behind it is."""
        return _state(row, clock.now())

    @column("Last tried")
    def tried(self, row: Collection) -> Any:
        """When M-Pesa was asked last."""
        return shown.moment(row.pull_tried_at)

    def record(self, request: HttpRequest, row: Collection) -> Record:
        """One shortcode's."""
        may_see = shown.may_see_phones(request)
        shortcode = reverse("admin:vault_shortcode_change", args=[row.shortcode_id])
        nominated = row.nominated_msisdn
        return Record(
            headline=Headline(
                kind="Collecting on", main=row.shortcode.number,
                beside=f"of {row.shortcode.partner}", status=_state(row, clock.now()),
            ),
            sections=[
                Facts(
                    title="Facts",
                    rows=[
                        ("Shortcode", shown.link(shortcode, row.shortcode)),
                        ("Head office or store", row.business_number),
                        ("Addresses registered", shown.moment(row.urls_registered_at)),
                        ("Pull registered", shown.moment(row.pull_registered_at)),
                        (
                            "Nominated line",
                            shown.phone(nominated, may_see=may_see) if nominated else "",
                        ),
                        ("Pulled up to", shown.moment(row.pulled_until)),
                        ("Last tried", shown.moment(row.pull_tried_at)),
                        ("What stopped it", row.pull_problem),
                    ],
                ),
                steps_of(row, may_see_phones=may_see),
            ],
        )  # fmt: skip


def _state(row: Collection, at: datetime) -> Any:
    """As the alerts judge it (operations/pull.py)."""
    if row.pull_registered_at is None:
        return shown.status("Not pulled", meaning="Pull is not registered.", tone=shown.MUTE)
    behind = at - (row.pulled_until or row.pull_registered_at)
    if pulling.is_red(behind):
        meaning = "Payments will soon be out of reach: Pull goes 48 hours back."
        return shown.status("Far behind", meaning=meaning, tone=shown.BAD)
    if pulling.is_amber(behind):
        return shown.status("Behind", meaning="Nothing was pulled for a day.", tone=shown.WARN)
    return shown.status("Up to date", meaning="Asked every half hour.", tone=shown.GOOD)
