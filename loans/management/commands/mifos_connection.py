"""manage.py mifos_connection PARTNER [--host URL --tenant T --username U … --reason TEXT]"""

from dataclasses import replace
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from core import clock
from core.command import VaultCommand, asked_password
from core.refusals import Refused
from loans.management.setting_up import add_partner_name, add_reason, lines_of
from loans.models import MifosConnection
from loans.operations.connections import ADD, save_connection
from loans.queries import connections
from loans.queries.connection_facts import as_told
from loans.rules.connection_values import (
    CA_CHARACTERS_MAX,
    PASSWORD_ANEW,
    ConnectionValues,
)
from vault.management.rental_options import add_rehearsal, rehearsed
from vault.models import Partner

VARIABLE = "VAULT_MIFOS_PASSWORD"
TEXTS = {
    "host": "such as https://mifos.example.org:8443",
    "tenant": "as the server names it, such as default",
    "username": "of the API user",
    "time_zone": "of the tenant, such as Africa/Nairobi",
    "version_override": "such as 1.8.4, where it is not found out; '' to find it out",
    "payment_type_name": "such as M-Pesa",
    "office_name": "whose loans are seen; '' for the head office",
    "shortcode": "what loans are paid from, such as 600111",
}


class Command(VaultCommand):
    help = (
        "Show a partner's Mifos X, or add or change it: only what is given changes. The password "
        f"is read from {VARIABLE}, else asked for. Another person confirms with confirm_mifos."
    )
    permission = "loans.view_mifosconnection"
    of_one_partner = True

    def add_arguments(self, parser: CommandParser) -> None:
        """PARTNER and what shall be otherwise."""
        add_partner_name(parser)
        for name, meant in TEXTS.items():
            parser.add_argument(f"--{name.replace('_', '-')}", metavar="TEXT", help=meant)
        parser.add_argument("--password", action="store_true", help="change the password too")
        parser.add_argument("--ca", metavar="FILE.pem", help="certificates to trust; '' for none")
        parser.add_argument("--requests-per-minute", metavar="N", type=int)
        add_reason(parser)
        add_rehearsal(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """One connection."""
        partner = connections.partner_named(options["partner"], self.caller)
        row = connections.visible(self.caller).filter(partner=partner).first()
        given = _given(options)
        if row is None or given or options["password"]:
            row = self._saved(partner, row, given, options)
        self._tell(row, options)

    def _saved(
        self, partner: Partner, row: MifosConnection | None, given: dict[str, Any],
        options: dict[str, Any],
    ) -> MifosConnection:  # fmt: skip
        if row is None:
            self.caller.demand(ADD)
        now = connections.values_of(row) if row else ConnectionValues(
            host="", tenant="", username=""
        )  # fmt: skip
        values = replace(now, **given)
        anew = any(getattr(values, name) != getattr(now, name) for name in PASSWORD_ANEW)
        if row is None or anew or options["password"]:
            prompt = f"Password of {values.username or 'the user'} in Mifos X: "
            values = replace(values, password=asked_password(variable=VARIABLE, prompt=prompt))
        with rehearsed(dry_run=options["dry_run"]):
            return save_connection(
                partner_id=partner.pk, values=values, reason=options["reason"],
                caller=self.caller, at=clock.now(),
            )  # fmt: skip

    def _tell(self, row: MifosConnection, options: dict[str, Any]) -> None:
        told = as_told(row) | {"dryRun": options["dry_run"]}
        lines = lines_of(told, row)
        if self.caller.permissions is None:
            # The address is secret: only the machine's operator knows what it comes from.
            told["webHook"] = connections.hook_url(row)
            lines.append(f"Web hook:          {told['webHook']}")
        if options["dry_run"]:
            lines.append("Nothing was changed: this was a dry run")
        self.answer(told, "\n".join(lines))


def _given(options: dict[str, Any]) -> dict[str, Any]:
    names = [*TEXTS, "requests_per_minute"]
    given = {name: options[name] for name in names if options[name] is not None}
    if options["ca"] is not None:
        given["ca_bundle"] = _contents(options["ca"])
    return given


def _contents(path: str) -> str:
    if not path:
        return ""
    try:
        with Path(path).open(encoding="ascii", errors="replace") as file:
            return file.read(CA_CHARACTERS_MAX + 1)
    except OSError as error:
        raise Refused(f"{path} cannot be read: {error.strerror}", field="ca") from error
