"""manage.py api_keys"""

from typing import Any

from core.command import VaultCommand
from vault.models import ApiKey


class Command(VaultCommand):
    help = "Every API key by its first characters: whose it is, what it may do, when it was used."
    permission = "vault.view_apikey"
    of_one_partner = True

    def handle(self, *args: Any, **options: Any) -> None:
        """By partner; the keys themselves are known to nobody but their owners."""
        rows = ApiKey.objects.select_related("partner").order_by("partner__name", "id")
        if self.caller.partners is not None:
            rows = rows.filter(partner_id__in=self.caller.partners)
        found = list(rows)
        lines = [
            f"{row.prefix}…  {'revoked' if row.revoked_at else 'active':<7}  "
            f"{','.join(row.scopes):<10}  {row.partner.name}"
            for row in found
        ]
        self.answer(
            {
                "apiKeys": [
                    {
                        "prefix": row.prefix, "partner": str(row.partner_id),
                        "scopes": row.scopes, "revoked": row.revoked_at is not None,
                        "lastUsedAt": row.last_used_at and row.last_used_at.isoformat(),
                    }
                    for row in found
                ]
            },
            "\n".join(lines) or "No API key yet: add one with add_api_key",
        )  # fmt: skip
