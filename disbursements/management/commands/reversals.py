"""manage.py reversals [--all]"""

from typing import Any

from django.core.management.base import CommandParser

from core.command import VaultCommand
from disbursements.management.reversals import as_json, in_words
from disbursements.queries import reversals as reads

ROWS_MAX = 200


class Command(VaultCommand):
    help = (
        "What one person wants to take back of paid transfers, and another must decide on; oldest "
        "first. With --all the latest of every state."
    )
    permission = "disbursements.view_transferreversal"
    of_one_partner = True

    def add_arguments(self, parser: CommandParser) -> None:
        """Which ones."""
        parser.add_argument(
            "--all", action="store_true", help=f"also what is decided, newest first, {ROWS_MAX}"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Those that wait, or all."""
        rows = reads.newest() if options["all"] else reads.waiting()
        if self.caller.partners is not None:
            rows = rows.filter(disbursement__partner_id__in=self.caller.partners)
        found = list(rows[:ROWS_MAX])
        self.answer(
            {"reversals": [as_json(row) for row in found]},
            "\n".join(in_words(row) for row in found) or "Nothing waits for a second person.",
        )
