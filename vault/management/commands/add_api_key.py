"""manage.py add_api_key --partner ID [--scope …]"""

from typing import Any

from django.core.management.base import CommandParser

from core import clock
from core.command import VaultCommand, an_id
from vault.operations.add_api_key import add_api_key
from vault.rules.api_key import SCOPES


class Command(VaultCommand):
    help = "Add an API key of a partner. The key is shown once and cannot be read again."
    permission = "vault.add_apikey"

    def add_arguments(self, parser: CommandParser) -> None:
        """--partner ID and scopes."""
        parser.add_argument("--partner", metavar="ID", type=an_id, required=True)
        parser.add_argument(
            "--scope",
            action="append",
            choices=SCOPES,
            help="what the key may do; may be given more than once; both when left out",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """One key."""
        new = add_api_key(
            partner_id=options["partner"],
            scopes=options["scope"] or SCOPES,
            actor=self.actor,
            at=clock.now(),
        )
        self.answer(
            {
                "key": new.key,
                "id": new.row.pk,
                "prefix": new.row.prefix,
                "partner": str(new.row.partner_id),
                "scopes": new.row.scopes,
            },
            f"{new.key}\nKeep it now: it is not shown again.",
        )
