"""manage.py pauses"""

from typing import Any

from core.admin.shown import absolute
from core.command import VaultCommand
from disbursements import queries
from disbursements.management.pauses import as_json, covered


class Command(VaultCommand):
    help = "The pauses that are on, oldest first."
    permission = "disbursements.view_pause"

    def handle(self, *args: Any, **options: Any) -> None:
        """All of them."""
        rows = list(queries.active_pauses())
        lines = [
            f"{row.pk}: {covered(row)}, since {absolute(row.started_at)} by {row.started_by}: "
            f"{row.reason}"
            for row in rows
        ]
        self.answer(
            {"pauses": [as_json(row) for row in rows]},
            "\n".join(lines) or "Nothing is paused.",
        )
