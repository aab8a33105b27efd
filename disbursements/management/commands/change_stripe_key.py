"""manage.py change_stripe_key NUMBER --reason TEXT [--same-key] [--tps-limit N] [--active yes]"""

from typing import Any

from django.core.management.base import CommandParser

from core import clock
from core.command import BadUsage, VaultCommand
from disbursements.operations.change_platform_key import change_platform_key
from vault.management.credentials import STRIPE_VARIABLE, stripe_key
from vault.operations.add_stripe_account import TPS_LIMIT_MAX
from vault.operations.change_shortcode import Changed

ANSWERS = {"yes": True, "no": False}


class Command(VaultCommand):
    help = (
        "Change the secret key of a Stripe account, such as one that was rolled. The new key is "
        f"read from {STRIPE_VARIABLE}, else asked for."
    )
    permission = "vault.change_shortcode"

    def add_arguments(self, parser: CommandParser) -> None:
        """NUMBER, why, and what else shall be otherwise."""
        parser.add_argument("number", metavar="NUMBER", help="such as STRIPE")
        parser.add_argument("--reason", metavar="TEXT", required=True)
        parser.add_argument("--same-key", action="store_true", help="leave the key as it is")
        parser.add_argument(
            "--tps-limit", metavar="N", type=int,
            help=f"calls a second, {TPS_LIMIT_MAX} at the most",
        )  # fmt: skip
        parser.add_argument("--active", choices=ANSWERS, help="no: nothing more is sent from it")

    def handle(self, *args: Any, **options: Any) -> None:
        """One account."""
        active = options["active"]
        if options["same_key"] and active is None and options["tps_limit"] is None:
            raise BadUsage("Nothing to change: leave --same-key out, or give --tps-limit 10")
        changed = change_platform_key(
            number=options["number"],
            reason=options["reason"],
            secret_key=None if options["same_key"] else stripe_key(),
            tps_limit=options["tps_limit"],
            is_active=None if active is None else ANSWERS[active],
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


def _text(changed: Changed) -> str:
    number = changed.shortcode.number
    if not changed.names:
        return f"{number} is like that already: nothing was changed"
    return (
        f"{number} was changed: {', '.join(changed.names)}\n"
        "manage.py pauses tells whether sending from it is still paused; resume it then"
    )
