"""manage.py add_tenant NAME --property ID --phone PHONE …"""

from typing import Any

from django.core.management.base import CommandParser

from core import clock
from core.command import VaultCommand, an_id
from vault.management.rental_options import a_day, add_rehearsal, rehearsed, shillings
from vault.models import Language
from vault.operations.tenants import add_tenant
from vault.rules.rental_facts import TenantFacts


class Command(VaultCommand):
    help = "Add a tenant of a property. Prints the id."
    permission = "vault.add_tenant"
    of_one_partner = True

    def add_arguments(self, parser: CommandParser) -> None:
        """NAME, where they live, and how they pay."""
        parser.add_argument("name", metavar="NAME", help="such as 'Juma Example'")
        parser.add_argument("--property", metavar="ID", type=an_id, required=True)
        parser.add_argument("--phone", action="append", default=[], help="may be repeated")
        parser.add_argument("--unit", default="", help="such as A3")
        parser.add_argument("--account", metavar="REFERENCE", default="", help="of their own")
        parser.add_argument("--rent", metavar="SHILLINGS", help="where it is not the property's")
        parser.add_argument("--email", default="")
        parser.add_argument("--language", choices=Language.values, default=Language.ENGLISH)
        parser.add_argument("--since", metavar="DAY", type=a_day, help="rent is due from then on")
        add_rehearsal(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """One tenant."""
        facts = TenantFacts(
            name=options["name"],
            phones=tuple(options["phone"]),
            unit=options["unit"],
            account_reference=options["account"],
            rent_minor=shillings(options["rent"], field="rent") if options["rent"] else None,
            email=options["email"],
            language=options["language"],
            since_date=options["since"],
        )
        with rehearsed(dry_run=options["dry_run"]):
            row = add_tenant(
                property_id=options["property"], facts=facts, caller=self.caller, at=clock.now()
            )
        verb = "would be added" if options["dry_run"] else f"has the id {row.pk}"
        self.answer(
            {
                "id": None if options["dry_run"] else str(row.pk),
                "name": row.name,
                "property": str(row.property_id),
                "account": row.account_reference or row.property.account_reference,
                "dryRun": options["dry_run"],
            },
            f"{row.name} of {row.property} {verb}",
        )
