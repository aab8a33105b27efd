"""manage.py partners"""

from typing import Any

from core.command import VaultCommand
from vault.models import Partner


class Command(VaultCommand):
    help = "Every partner with its id."
    permission = "vault.view_partner"
    of_one_partner = True

    def handle(self, *args: Any, **options: Any) -> None:
        """By name."""
        rows = Partner.objects.all()
        if self.caller.partners is not None:
            rows = rows.filter(pk__in=self.caller.partners)
        found = list(rows)
        lines = [
            f"{row.pk}  {'active' if row.is_active else 'closed':<6}  {row.name}" for row in found
        ]
        self.answer(
            {
                "partners": [
                    {"id": str(row.pk), "name": row.name, "isActive": row.is_active}
                    for row in found
                ]
            },
            "\n".join(lines) or "No partner yet: add one with add_partner",
        )
