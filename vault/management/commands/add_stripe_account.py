"""manage.py add_stripe_account NUMBER --partner ID"""

from typing import Any

from django.core.management.base import CommandParser

from core import clock
from core.command import VaultCommand, an_id
from vault.management.credentials import STRIPE_VARIABLE, stripe_key
from vault.models.shortcode import TPS_LIMIT_DEFAULT
from vault.operations.add_stripe_account import TPS_LIMIT_MAX, add_stripe_account
from vault.queries.stripe import webhook_addresses


class Command(VaultCommand):
    help = (
        "Add a partner's own Stripe platform account, to pay winners from. Its secret key is "
        f"read from {STRIPE_VARIABLE}, else asked for."
    )
    permission = "vault.add_shortcode"

    def add_arguments(self, parser: CommandParser) -> None:
        """NUMBER, whose it is and how fast."""
        parser.add_argument(
            "number", metavar="NUMBER",
            help="our short name of it: 3 to 7 capitals and digits, such as STRIPE",
        )  # fmt: skip
        parser.add_argument("--partner", metavar="ID", type=an_id, required=True)
        parser.add_argument(
            "--tps-limit", metavar="N", type=int, default=TPS_LIMIT_DEFAULT,
            help=f"calls a second, {TPS_LIMIT_MAX} at the most",
        )  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        """One account, and where Stripe is to send its notices."""
        row = add_stripe_account(
            number=options["number"], partner_id=options["partner"], secret_key=stripe_key(),
            tps_limit=options["tps_limit"], actor=self.actor, at=clock.now(),
        )  # fmt: skip
        answer: dict[str, Any] = {"id": str(row.pk), "number": row.number, "kind": row.kind}
        lines = [f"Stripe account {row.number} was added; its key is sealed"]
        if self.caller.permissions is None:
            # The addresses are secret: only the machine's operator knows what they come from.
            addresses = webhook_addresses(row)
            answer["webhooks"] = addresses
            lines += [
                "Make two webhook endpoints in Stripe; their signing secrets are for our variable",
                "STRIPE_WEBHOOK_SECRETS.",
                f"Events on your account:      {addresses['platform']}",
                f"Events on connected accounts: {addresses['connect']}",
            ]
        self.answer(answer, "\n".join(lines))
