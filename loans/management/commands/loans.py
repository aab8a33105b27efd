"""manage.py loans [filters]"""

from typing import Any

from django.core.management.base import CommandParser

from core.command import VaultCommand
from disbursements.operations.export import SEE_PHONES
from loans.management.loans import as_json, figure_as_json, figure_in_words, in_a_line
from loans.queries import figures, selection
from loans.queries.beside import present_bookings
from loans.rules.filter_words import FILTER_WORDS

SHOWN_MAX = 50
NAMES = (*selection.CONDITIONS, "search")


class Command(VaultCommand):
    help = (
        f"How many loans stand where, and the newest {SHOWN_MAX} that match. Amounts are what "
        "the clients receive."
    )
    permission = "loans.view_loantracking"
    of_one_partner = True

    def add_arguments(self, parser: CommandParser) -> None:
        """The filters of the page."""
        for name in NAMES:
            parser.add_argument(
                f"--{name.replace('_', '-')}", dest=f"filter_{name}", metavar="VALUE",
                help=FILTER_WORDS[name],
            )  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        """The figures of all that match, then the newest."""
        may_see = self.caller.may(SEE_PHONES)
        chosen = selection.as_selection({name: options[f"filter_{name}"] for name in NAMES})
        rows = selection.rows(chosen, partners=self.caller.partners, may_see_phones=may_see)
        counted = [*figures.per_status(rows), figures.not_booked(rows)]
        newest = rows.select_related("partner", "disbursement").order_by("-created_at", "-id")
        found = list(newest[:SHOWN_MAX])
        bookings = present_bookings(found)
        lines = [figure_in_words(figure) for figure in counted if figure.count]
        lines += [in_a_line(row, bookings.get(row.pk), may_see=may_see) for row in found]
        self.answer(
            {
                "summary": {figure.status: figure_as_json(figure) for figure in counted},
                "loans": [as_json(row, bookings.get(row.pk), may_see=may_see) for row in found],
            },
            "\n".join(lines) or "No loan",
        )
