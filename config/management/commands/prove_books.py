"""`manage.py prove_books`: proof that ledger, payouts and rent agree, or the list of breaks."""

import sys
from typing import Any

from config.books import breaks
from core.command import VaultCommand


class Command(VaultCommand):
    help = (
        "Prove that the ledger balances and fits every payout, payment and transfer; exit 1 and "
        "a list if not."
    )
    permission = "ledger.view_entry"

    def handle(self, *args: Any, **options: Any) -> None:
        found = list(breaks())
        text = "\n".join(found) or "The books are proven: everything balances and fits."
        self.answer({"proven": not found, "breaks": found}, text)
        if found:
            sys.exit(1)
