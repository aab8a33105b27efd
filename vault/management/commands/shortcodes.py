"""manage.py shortcodes"""

from typing import Any

from core.command import VaultCommand
from vault.models import Shortcode


class Command(VaultCommand):
    help = "Every shortcode: number, kind, whose it is, calls per second."
    permission = "vault.view_shortcode"
    of_one_partner = True

    def handle(self, *args: Any, **options: Any) -> None:
        """By number."""
        rows = Shortcode.objects.select_related("partner")
        if self.caller.partners is not None:
            rows = rows.filter(partner_id__in=self.caller.partners)
        found = list(rows)
        lines = [
            f"{row.number:<7}  {row.kind:<7}  {'active' if row.is_active else 'closed':<6}  "
            f"{row.tps_limit} a second  {row.partner.name}"
            for row in found
        ]
        self.answer(
            {
                "shortcodes": [
                    {
                        "id": str(row.pk), "number": row.number, "kind": row.kind,
                        "partner": str(row.partner_id), "isActive": row.is_active,
                        "tpsLimit": row.tps_limit,
                    }
                    for row in found
                ]
            },
            "\n".join(lines) or "No shortcode yet: add one with add_shortcode",
        )  # fmt: skip
