"""manage.py refresh_accounts [--partner ID] [--user USER]"""

from typing import Any

from django.core.management.base import CommandParser

from core import clock
from core.command import VaultCommand
from disbursements.management.accounts import add_partner, as_json, in_words, partner_of
from disbursements.models import ConnectedAccount
from disbursements.operations.accounts import CHANGE
from disbursements.operations.refresh_accounts import refresh_accounts

BUDGET_S = 3_600.0


class Command(VaultCommand):
    help = (
        "Ask Stripe how connected accounts stand, and pay who waited for theirs: those that are "
        "due; with --partner or --user all of theirs. It also runs by itself."
    )
    permission = CHANGE
    of_one_partner = True

    def add_arguments(self, parser: CommandParser) -> None:
        """Whose."""
        add_partner(parser, required=False)
        parser.add_argument("--user", metavar="USER", help="only the account of this user")

    def handle(self, *args: Any, **options: Any) -> None:
        """How many were answered for, and the account of --user."""
        partner_id = partner_of(self.caller, options["partner"])
        answered = refresh_accounts(
            at=clock.database_now(), partner_id=partner_id, user_id=options["user"],
            budget_s=BUDGET_S,
        )  # fmt: skip
        of = {"partner_id": partner_id, "user_id": options["user"]}
        wanted = {name: value for name, value in of.items() if value is not None}
        rows = list(ConnectedAccount.objects.filter(**wanted)) if options["user"] else []
        troubled = ConnectedAccount.objects.filter(**wanted).exclude(refresh_error="").count()
        lines = [f"Stripe answered for {answered} accounts; {troubled} have no answer."]
        self.answer(
            {"answered": answered, "troubled": troubled, "accounts": [as_json(r) for r in rows]},
            "\n".join([*lines, *[in_words(row) for row in rows]]),
        )
