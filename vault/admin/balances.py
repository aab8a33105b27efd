"""Balance readings: what M-Pesa said a wallet held at a moment."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from core.admin import shown
from core.admin.base import RecordAdmin, column
from core.admin.filters import MomentFilter
from core.admin.record import Facts, Headline, Record
from vault.models import BalanceReading


class ReadFilter(MomentFilter):
    """When it was read."""

    title = "day"
    column = "read_at"


@admin.register(BalanceReading)
class BalanceReadingAdmin(RecordAdmin):
    """Readings, newest first."""

    purpose = "What M-Pesa said each wallet held, newest first."
    nothing_yet = "M-Pesa has not told a balance yet."
    list_display = ("wallet_text", "available", "current", "read", "source")
    list_filter = (ReadFilter,)
    list_select_related = ("wallet__shortcode",)
    search_fields = ("wallet__shortcode__number", "wallet__name")
    search_help_text = "Shortcode or wallet"
    ordering = ("-id",)
    partner_path = "wallet__shortcode__partner"

    @column("Wallet")
    def wallet_text(self, row: BalanceReading) -> str:
        """Shortcode and wallet."""
        return str(row.wallet)

    @column("Available")
    def available(self, row: BalanceReading) -> Any:
        """What may be spent."""
        return shown.amount(row.available_minor, row.wallet.currency)

    @column("Current")
    def current(self, row: BalanceReading) -> Any:
        """What is there."""
        return shown.amount(row.current_minor, row.wallet.currency)

    @column("Read")
    def read(self, row: BalanceReading) -> Any:
        """When."""
        return shown.moment(row.read_at)

    def record(self, request: HttpRequest, row: BalanceReading) -> Record:
        """One reading."""
        currency = row.wallet.currency
        return Record(
            headline=Headline(
                kind="Balance reading",
                main=shown.amount(row.available_minor, currency),
                beside=str(row.wallet),
                meaning="Available at that moment, by M-Pesa's word.",
            ),
            sections=[
                Facts(
                    title="Facts",
                    rows=[
                        ("Current", shown.amount(row.current_minor, currency)),
                        ("Reserved", shown.amount(row.reserved_minor, currency)),
                        ("Uncleared", shown.amount(row.uncleared_minor, currency)),
                        ("Read", shown.moment(row.read_at)),
                        ("From", row.source),
                    ],
                )
            ],
        )
