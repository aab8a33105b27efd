"""manage.py notices [--state due|sent|unclear|given_up] [--latest N] [--report-address]"""

from collections import Counter
from typing import Any

from django.core.management.base import CommandParser
from django.db.models import Count

from core.admin.scope import of_partners
from core.command import VaultCommand
from core.masking import without_phones
from vault.models import Notice
from vault.operations.notices import CHANGE
from vault.queries.notices import report_address

LATEST = 20
LATEST_MAX = 1_000


class Command(VaultCommand):
    help = "How many notices are in each state, and the latest ones. `sweep notices` sends them."
    permission = "vault.view_notice"
    of_one_partner = True

    def add_arguments(self, parser: CommandParser) -> None:
        """Which, and how many."""
        parser.add_argument("--state", choices=Notice.State.values)
        parser.add_argument("--latest", type=int, default=LATEST, metavar="N")
        parser.add_argument(
            "--report-address",
            action="store_true",
            help="print where Africa's Talking is to post delivery reports; it holds a secret",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Counts and lines, no addressee in full."""
        if options["report_address"]:
            self._address()
            return
        rows = of_partners(Notice.objects.all(), self.caller.partners, path="partner")
        states = rows.order_by().values_list("state").annotate(count=Count("pk"))
        counts = Counter(dict(states))
        if options["state"]:
            rows = rows.filter(state=options["state"])
        number = min(max(options["latest"], 0), LATEST_MAX)
        found = list(rows.order_by("-created_at", "-id")[:number])
        lines = [", ".join(f"{counts[state]} {state}" for state in Notice.State.values)]
        lines += [
            f"{row.created_at:%Y-%m-%d %H:%M}Z  {row.state:<8}  {row.channel:<5}  {row.kind}"
            f"  {row.problem}".rstrip()
            for row in found
        ]
        self.answer(
            {"counts": dict(counts), "notices": [_as_json(row) for row in found]},
            without_phones("\n".join(lines)),
        )

    def _address(self) -> None:
        """For whoever may switch notices on."""
        self.caller.demand(CHANGE)
        address = report_address()
        self.answer({"reportAddress": address}, address)


def _as_json(row: Notice) -> dict[str, Any]:
    return {
        "id": str(row.pk), "kind": row.kind, "channel": row.channel, "state": row.state,
        "reference": row.reference, "tries": row.tries, "problem": without_phones(row.problem),
        "createdAt": row.created_at.isoformat(),
        "dueAt": row.due_at.isoformat() if row.due_at else None,
        "sentAt": row.sent_at.isoformat() if row.sent_at else None,
    }  # fmt: skip
