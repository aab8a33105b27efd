"""manage.py add_property NAME --owner ID --account REFERENCE --rent SHILLINGS …"""

from typing import Any

from django.core.management.base import CommandParser

from core import clock, money
from core.command import VaultCommand, an_id
from vault.management.rental_options import (
    add_forwarding,
    add_rehearsal,
    forwarding,
    rehearsed,
    shillings,
)
from vault.operations.properties import add_property
from vault.rules.rental_facts import PropertyFacts


class Command(VaultCommand):
    help = "Add a property with the account that its tenants pay under. Prints the id."
    permission = "vault.add_property"
    of_one_partner = True

    def add_arguments(self, parser: CommandParser) -> None:
        """NAME, whose it is, its account and rent; forwarding only where it is not the owner's."""
        parser.add_argument("name", metavar="NAME", help="such as 'Sunset Apartments'")
        parser.add_argument("--owner", metavar="ID", type=an_id, required=True)
        parser.add_argument("--account", metavar="REFERENCE", required=True, help="such as SUN01")
        parser.add_argument("--rent", metavar="SHILLINGS", required=True)
        parser.add_argument("--shortcode", metavar="NUMBER", help="needed when there are several")
        add_forwarding(parser)
        add_rehearsal(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """One property."""
        with rehearsed(dry_run=options["dry_run"]):
            row = add_property(
                owner_id=options["owner"],
                facts=PropertyFacts(
                    name=options["name"],
                    account_reference=options["account"],
                    rent_minor=shillings(options["rent"], field="rent"),
                    **forwarding(options),
                ),
                shortcode_number=options["shortcode"],
                caller=self.caller,
                at=clock.now(),
            )
        rent = money.shown(row.rent_minor, row.currency)
        verb = "would be added" if options["dry_run"] else f"has the id {row.pk}"
        self.answer(
            {
                "id": None if options["dry_run"] else str(row.pk),
                "name": row.name,
                "paybill": row.shortcode.number,
                "account": row.account_reference,
                "rent": money.plain(row.rent_minor, row.currency),
                "dryRun": options["dry_run"],
            },
            f"{row.name} {verb}: rent {rent} to {row.shortcode.number}, account "
            f"{row.account_reference}",
        )
