"""manage.py owners"""

from typing import Any

from core import masking, money
from core.admin.scope import of_partners
from core.command import VaultCommand
from vault.models import Owner
from vault.queries.forwarding import owner_plan
from vault.queries.people import owner_balances
from vault.rules import forward_schedule, receivers

CURRENCY = "KES"


class Command(VaultCommand):
    help = "Every owner with its id: what the books say is owed, where and when it goes."
    permission = "vault.view_owner"
    of_one_partner = True

    def handle(self, *args: Any, **options: Any) -> None:
        """By name."""
        found = list(of_partners(Owner.objects.all(), self.caller.partners, path="partner"))
        balances = owner_balances(owner_ids=[row.pk for row in found])
        may_see = self.caller.may("disbursements.see_phones")
        values, lines = [], []
        for row in found:
            plan, balance = owner_plan(row), balances[row.pk]
            where = receivers.in_words(plan.receiver)
            where = where if may_see else masking.without_phones(where)
            owed, on_its_way = balance.owed_minor, balance.forwarding_minor
            values.append(
                {
                    "id": str(row.pk), "name": row.name, "partner": str(row.partner_id),
                    "isActive": row.is_active, "owed": money.plain(owed, CURRENCY),
                    "onItsWay": money.plain(on_its_way, CURRENCY), "paidTo": where,
                    "forwarded": forward_schedule.in_words(plan),
                }
            )  # fmt: skip
            lines.append(
                f"{row.pk}  {'in use' if row.is_active else 'closed':<6}  "
                f"{money.shown(owed, CURRENCY):>18} owed  {row.name}: {where}, "
                f"{forward_schedule.in_words(plan)}"
            )
        self.answer({"owners": values}, "\n".join(lines) or "No owner yet: add one with add_owner")
