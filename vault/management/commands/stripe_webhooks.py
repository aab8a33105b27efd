"""manage.py stripe_webhooks [NUMBER]"""

from typing import Any

from django.core.management.base import CommandParser

from core.command import VaultCommand
from core.refusals import Refused
from vault.models import Shortcode
from vault.queries.stripe import webhook_addresses


class Command(VaultCommand):
    help = (
        "Where Stripe is to send the notices of each Stripe account: one address for its own, one "
        "for those of accounts connected to it. They are secret, and change with "
        "VAULT_SECRET_KEY."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Of which account."""
        parser.add_argument(
            "number", metavar="NUMBER", nargs="?", help="of this account, such as STRIPE"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """By number."""
        rows, number = Shortcode.objects.of_stripe().order_by("number"), options["number"]
        found = list(rows if number is None else rows.filter(number=number))
        if number is not None and not found:
            raise Refused(f"there is no Stripe account {number[:20]!r}, such as STRIPE")
        addresses = {row.number: webhook_addresses(row) for row in found}
        lines = [
            f"{name}, events on {'your account' if kind == 'platform' else 'connected accounts'}: "
            f"{address}"
            for name, each in addresses.items()
            for kind, address in each.items()
        ]
        self.answer(
            {"webhooks": addresses},
            "\n".join(lines) or "No Stripe account yet: add one with add_stripe_account",
        )
