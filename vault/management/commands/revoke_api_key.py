"""manage.py revoke_api_key KEY"""

from typing import Any

from django.core.management.base import CommandParser

from core import clock
from core.command import VaultCommand
from vault.operations.add_api_key import revoke_api_key


class Command(VaultCommand):
    help = "End an API key at once. Ending it again changes nothing."
    permission = "vault.change_apikey"

    def add_arguments(self, parser: CommandParser) -> None:
        """KEY."""
        parser.add_argument(
            "key", metavar="KEY", help="its first 12 characters, its number, or the whole key"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """One key."""
        row = revoke_api_key(key=options["key"], actor=self.actor, at=clock.now())
        revoked_at = row.revoked_at.isoformat() if row.revoked_at else ""
        self.answer(
            {"id": row.pk, "prefix": row.prefix, "revokedAt": revoked_at},
            f"{row.prefix}… ended at {revoked_at}",
        )
