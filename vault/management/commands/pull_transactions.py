"""manage.py pull_transactions [NUMBER …] [--dry-run]"""

from typing import Any

from django.core.management.base import CommandParser

from core import clock
from core.clock import NAIROBI
from core.command import VaultCommand
from core.refusals import Refused
from vault.management.rental_options import add_rehearsal
from vault.models import Collection
from vault.operations.pull import pull_due
from vault.operations.register import PERMISSION
from vault.queries import collecting
from vault.rules import pulling


class Command(VaultCommand):
    help = (
        "Ask M-Pesa for payments that it told nobody of (Pull Transactions): of all shortcodes "
        "that are registered for it, or of these. Exit code 1 when one could not be asked."
    )
    permission = PERMISSION
    of_one_partner = True

    def add_arguments(self, parser: CommandParser) -> None:
        """NUMBER …"""
        parser.add_argument("numbers", metavar="NUMBER", nargs="*", help="such as 600000")
        add_rehearsal(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Every shortcode once."""
        at = clock.database_now()
        numbers = self._numbers(options["numbers"])
        if options["dry_run"]:
            self._show(numbers)
            return
        new = pull_due(at=at, numbers=numbers)
        rows = _rows(numbers)
        problems = [f"{row.shortcode}: {row.pull_problem}" for row in rows if row.pull_problem]
        if problems:
            raise self.failure("; ".join(problems))
        self.answer(
            {"new": new, "shortcodes": [_as_json(row) for row in rows]},
            f"{new} new payments from {len(rows)} shortcodes",
        )

    def _numbers(self, asked: list[str]) -> list[str]:
        """Those within reach. Raises Refused for one that is not registered."""
        within = collecting.pulled_shortcodes(partners=self.caller.partners)
        for number in asked:
            if number not in within:
                raise Refused(
                    f"Pull is not registered for {number[:20]}: register_urls {number[:20]} --pull"
                )
        return list(dict.fromkeys(asked)) or list(within)

    def _show(self, numbers: list[str]) -> None:
        at = clock.database_now()
        asked = [
            (row, pulling.pieces(pulled_until=row.pulled_until, at=at)) for row in _rows(numbers)
        ]
        lines = [
            f"{row.shortcode}: from {pieces[0].since.astimezone(NAIROBI):%Y-%m-%d %H:%M} to now"
            for row, pieces in asked
        ]
        self.answer(
            {
                "dryRun": True,
                "shortcodes": [
                    _as_json(row) | {"from": pieces[0].since.isoformat()} for row, pieces in asked
                ],
            },
            "\n".join(lines) or "Pull is registered for no shortcode",
        )


def _rows(numbers: list[str]) -> list[Collection]:
    rows = Collection.objects.select_related("shortcode").filter(shortcode__number__in=numbers)
    return list(rows.order_by("shortcode__number"))


def _as_json(row: Collection) -> dict[str, Any]:
    return {
        "number": row.shortcode.number,
        "pulledUntil": row.pulled_until and row.pulled_until.isoformat(),
        "problem": row.pull_problem,
    }
