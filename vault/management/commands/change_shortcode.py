"""manage.py change_shortcode NUMBER [--initiator-password [P]] [--certificate FILE.cer] …"""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from core import clock
from core.command import BadUsage, VaultCommand
from vault.management.credentials import VARIABLES, contents, secret, shillings
from vault.operations.change_shortcode import Changed, Changes, change_shortcode

OTHERS = ("initiator", "certificate", "tps_limit", "low_float", "active")
ANSWERS = {"yes": True, "no": False}


class Command(VaultCommand):
    help = (
        "Change a shortcode, such as its initiator's password, which M-Pesa ends after 90 days. "
        "Only what is given changes. A secret's option without a value reads "
        "VAULT_CONSUMER_KEY, VAULT_CONSUMER_SECRET, VAULT_INITIATOR_PASSWORD or VAULT_PASSKEY, "
        "else asks for it."
    )
    permission = "vault.change_shortcode"

    def add_arguments(self, parser: CommandParser) -> None:
        """NUMBER and what shall be otherwise."""
        parser.add_argument("number", metavar="NUMBER", help="such as 600111")
        parser.add_argument("--initiator", metavar="NAME")
        for name, shown in (("initiator-password", "P"), ("consumer-key", "K"),
                            ("consumer-secret", "S"), ("passkey", "P")):  # fmt: skip
            parser.add_argument(f"--{name}", metavar=shown, nargs="?", const="")
        parser.add_argument("--certificate", metavar="FILE.cer", type=Path, help="PEM or DER")
        parser.add_argument("--tps-limit", metavar="N", type=int, help="calls a second")
        parser.add_argument("--low-float", metavar="SHILLINGS", help="alert below this; 0 is off")
        parser.add_argument("--active", choices=ANSWERS, help="no: nothing more is sent from it")

    def handle(self, *args: Any, **options: Any) -> None:
        """One shortcode."""
        if all(options[name] is None for name in (*VARIABLES, *OTHERS)):
            raise BadUsage("Nothing to change: give at least one option, such as --tps-limit 10")
        changed = change_shortcode(
            number=options["number"],
            changes=_changes(options),
            actor=self.actor,
            at=clock.now(),
        )
        row = changed.shortcode
        self.answer(
            {
                "id": str(row.pk),
                "number": row.number,
                "changed": list(changed.names),
                "alertsClosed": changed.alerts_closed,
                "active": row.is_active,
            },
            _text(changed),
        )


def _changes(options: dict[str, Any]) -> Changes:
    path, low, active = options["certificate"], options["low_float"], options["active"]
    return Changes(
        **{
            name: None if options[name] is None else secret(name=name, given=options[name])
            for name in VARIABLES
        },
        initiator_name=options["initiator"],
        certificate=None if path is None else contents(path=path),
        tps_limit=options["tps_limit"],
        low_float_minor=None if low is None else shillings(text=low, field="low-float"),
        is_active=None if active is None else ANSWERS[active],
    )


def _text(changed: Changed) -> str:
    number = changed.shortcode.number
    if not changed.names:
        return f"{number} is like that already: nothing was changed"
    lines = [f"{number} was changed: {', '.join(changed.names)}"]
    if changed.alerts_closed:
        lines.append("The alert about its credentials is closed: its balances are asked again")
    lines.append("manage.py pauses tells whether sending from it is still paused")
    return "\n".join(lines)
