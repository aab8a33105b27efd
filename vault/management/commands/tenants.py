"""manage.py tenants [--property ID]"""

from typing import Any

from django.core.management.base import CommandParser

from core import money
from core.admin.scope import of_partners
from core.command import VaultCommand, an_id
from vault.models import Tenant


class Command(VaultCommand):
    help = "Every tenant with its id: property, unit, account, rent. Phones are on their pages."
    permission = "vault.view_tenant"
    of_one_partner = True

    def add_arguments(self, parser: CommandParser) -> None:
        """Of which property."""
        parser.add_argument("--property", metavar="ID", type=an_id, help="of this one only")

    def handle(self, *args: Any, **options: Any) -> None:
        """By name."""
        rows = Tenant.objects.select_related("property")
        rows = of_partners(rows, self.caller.partners, path="property__partner")
        if options["property"]:
            rows = rows.filter(property_id=options["property"])
        values, lines = [], []
        for row in rows:
            account = row.account_reference or row.property.account_reference
            rent_minor = row.rent_minor or row.property.rent_minor
            values.append(
                {
                    "id": str(row.pk), "name": row.name, "property": str(row.property_id),
                    "unit": row.unit, "account": account, "isActive": row.is_active,
                    "rent": money.plain(rent_minor, row.property.currency),
                }
            )  # fmt: skip
            lines.append(
                f"{row.pk}  {'in use' if row.is_active else 'closed':<6}  "
                f"{money.shown(rent_minor, row.property.currency):>15}  {account:<12}  "
                f"{row.name}, {row.property} {row.unit}".rstrip()
            )
        self.answer({"tenants": values}, "\n".join(lines) or "No tenant: add one with add_tenant")
