"""manage.py properties [--owner ID]"""

from typing import Any

from django.core.management.base import CommandParser

from core import clock, money
from core.admin.scope import of_partners
from core.command import VaultCommand, an_id
from vault.models import Property
from vault.queries.fees import terms_for


class Command(VaultCommand):
    help = "Every property with its id: rent, paybill and account, and the fee that holds now."
    permission = "vault.view_property"
    of_one_partner = True

    def add_arguments(self, parser: CommandParser) -> None:
        """Of whom."""
        parser.add_argument("--owner", metavar="ID", type=an_id, help="of this owner only")

    def handle(self, *args: Any, **options: Any) -> None:
        """By name."""
        rows = Property.objects.select_related("owner", "shortcode")
        rows = of_partners(rows, self.caller.partners, path="partner")
        if options["owner"]:
            rows = rows.filter(owner_id=options["owner"])
        at, values, lines = clock.now(), [], []
        for row in rows:
            fee = terms_for(property=row, at=at).words
            values.append(
                {
                    "id": str(row.pk), "name": row.name, "owner": str(row.owner_id),
                    "isActive": row.is_active, "paybill": row.shortcode.number,
                    "account": row.account_reference,
                    "rent": money.plain(row.rent_minor, row.currency), "fee": fee,
                }
            )  # fmt: skip
            lines.append(
                f"{row.pk}  {'in use' if row.is_active else 'closed':<6}  "
                f"{money.shown(row.rent_minor, row.currency):>15}  "
                f"{row.shortcode.number} {row.account_reference:<12}  "
                f"{row.name} of {row.owner}, fee {fee}"
            )
        self.answer(
            {"properties": values},
            "\n".join(lines) or "No property: add one with add_property",
        )
