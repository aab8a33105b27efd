"""manage.py add_shortcode NUMBER --partner ID --kind paybill|till …"""

import os
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from core import clock
from core.command import VaultCommand, an_id
from vault.management.credentials import VARIABLES, contents, secret, shillings
from vault.models.shortcode import TPS_LIMIT_DEFAULT
from vault.operations.add_shortcode import KINDS, Credentials, add_shortcode

SECRETS = ("consumer_key", "consumer_secret", "initiator_password")


class Command(VaultCommand):
    help = (
        "Add an M-Pesa paybill or till to pay from. Secrets that are not given as options are "
        "read from VAULT_CONSUMER_KEY, VAULT_CONSUMER_SECRET, VAULT_INITIATOR_PASSWORD and "
        "VAULT_PASSKEY, else asked for."
    )
    permission = "vault.add_shortcode"

    def add_arguments(self, parser: CommandParser) -> None:
        """NUMBER and everything that Daraja needs of it."""
        parser.add_argument("number", metavar="NUMBER", help="5 to 7 digits, such as 600111")
        parser.add_argument("--partner", metavar="ID", type=an_id, required=True)
        parser.add_argument("--kind", choices=[kind.value for kind in KINDS], required=True)
        parser.add_argument("--consumer-key", metavar="K")
        parser.add_argument("--consumer-secret", metavar="S")
        parser.add_argument("--initiator", metavar="NAME", required=True)
        parser.add_argument("--initiator-password", metavar="P")
        parser.add_argument("--passkey", metavar="P")
        parser.add_argument(
            "--certificate", metavar="FILE.cer", type=Path, required=True, help="PEM or DER"
        )
        parser.add_argument("--tps-limit", metavar="N", type=int, default=TPS_LIMIT_DEFAULT)
        parser.add_argument(
            "--low-float", metavar="SHILLINGS", default="0", help="alert below this; 0 is off"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """One shortcode."""
        row = add_shortcode(
            number=options["number"],
            partner_id=options["partner"],
            kind=options["kind"],
            initiator_name=options["initiator"],
            credentials=self._credentials(options),
            certificate=contents(path=options["certificate"]),
            tps_limit=options["tps_limit"],
            low_float_minor=shillings(text=options["low_float"], field="low-float"),
            actor=self.actor,
            at=clock.now(),
        )
        self.answer(
            {"id": str(row.pk), "number": row.number, "kind": row.kind},
            f"{row.kind} {row.number} was added; its credentials are sealed",
        )

    def _credentials(self, options: dict[str, Any]) -> Credentials:
        needed = {name: secret(name=name, given=options[name]) for name in SECRETS}
        passkey = options["passkey"] or os.environ.get(VARIABLES["passkey"], "")
        return Credentials(**needed, passkey=passkey)
