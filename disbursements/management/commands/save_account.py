"""manage.py save_account USER acct_… --partner ID [--reason TEXT]"""

from typing import Any

from django.core.management.base import CommandParser

from core import clock
from core.command import VaultCommand
from disbursements.management.accounts import add_partner, as_json, in_words
from disbursements.models import ConnectedAccount
from disbursements.operations.accounts import ADD, CHANGE, save_account


class Command(VaultCommand):
    help = (
        "Say which connected account (acct_…) a user is paid at. Another account than before "
        "needs --reason; payouts that are on their way stay with the one that they began with."
    )
    permission = ADD
    of_one_partner = True

    def add_arguments(self, parser: CommandParser) -> None:
        """Whose, and which."""
        parser.add_argument("user", metavar="USER")
        parser.add_argument("account", metavar="ACCOUNT", help="such as acct_1ExampleUser1")
        add_partner(parser, required=True)
        parser.add_argument("--reason", metavar="TEXT", default="", help="8 to 500 characters")

    def permission_for(self, options: dict[str, Any]) -> str:
        """Of a user who has one already, it is a change."""
        there = ConnectedAccount.objects.filter(
            partner_id=options["partner"], user_id=options["user"].strip()
        )
        return CHANGE if there.exists() else ADD

    def handle(self, *args: Any, **options: Any) -> None:
        """The account as it is kept now."""
        row = save_account(
            partner_id=options["partner"],
            user_id=options["user"],
            account_id=options["account"],
            reason=options["reason"],
            actor=self.actor,
            caller=self.caller,
            at=clock.database_now(),
        )
        self.answer({"account": as_json(row)}, in_words(row))
