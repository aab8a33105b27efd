"""manage.py settlements"""

from typing import Any

from core.command import VaultCommand
from disbursements.management.settlements import as_json, in_words
from disbursements.queries import settlements as reads


class Command(VaultCommand):
    help = "What one person says of how payouts ended, and another must decide on; oldest first."
    permission = "disbursements.view_settlement"
    of_one_partner = True

    def handle(self, *args: Any, **options: Any) -> None:
        """Those that wait."""
        rows = reads.waiting()
        if self.caller.partners is not None:
            rows = rows.filter(disbursement__partner_id__in=self.caller.partners)
        waiting = list(rows)
        self.answer(
            {"settlements": [as_json(row) for row in waiting]},
            "\n".join(in_words(row) for row in waiting) or "Nothing waits for a second person.",
        )
