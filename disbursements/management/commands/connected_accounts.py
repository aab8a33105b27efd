"""manage.py connected_accounts [--state STATE] [--waits yes] [--user USER] …"""

from typing import Any

from django.core.management.base import CommandParser

from core.command import VaultCommand
from disbursements.management.accounts import as_json, in_words
from disbursements.models import ConnectedAccount
from disbursements.queries.account_selection import ACCOUNTS, STATES

LIMIT_DEFAULT = 100
FILTERS = {
    "state": f"one or more of {', '.join(STATES)}",
    "waits": "yes: winners wait for it",
    "asked": "yes: Stripe wants to know something of its user",
    "bank": "yes: the user's bank sent money back",
    "trouble": "yes: our latest question brought no answer",
    "user": "of this user",
    "account": "with this id at Stripe",
    "country": "one or more, such as US,KE",
    "partner": "of this partner, by id",
    "search": "a user or an account, or how it begins",
}


class Command(VaultCommand):
    help = "Where users are paid by Stripe, and whether they may receive; the newest first."
    permission = "disbursements.view_connectedaccount"
    of_one_partner = True

    def add_arguments(self, parser: CommandParser) -> None:
        """The filters of every door."""
        for name, said in FILTERS.items():
            parser.add_argument(f"--{name}", metavar="VALUE", help=said)
        parser.add_argument("--limit", type=int, default=LIMIT_DEFAULT, metavar="N")

    def handle(self, *args: Any, **options: Any) -> None:
        """A line for each."""
        found = ACCOUNTS.narrowed(
            ConnectedAccount.objects.all(), ACCOUNTS.among(options),
            partners=self.caller.partners, may_see_phones=True,
        )  # fmt: skip
        rows = list(found.order_by("-id")[: max(1, options["limit"])])
        total = found.count()
        left = f"\n… {total - len(rows)} more: narrow it, or raise --limit"
        self.answer(
            {"total": total, "accounts": [as_json(row) for row in rows]},
            ("\n".join(in_words(row) for row in rows) or "No such account.")
            + (left if total > len(rows) else ""),
        )
