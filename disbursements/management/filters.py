"""The filters of queries/selection as options of a command: the same words as on the pages."""

from typing import Any

from django.core.management.base import CommandParser

from disbursements.queries.selection import CONDITIONS, as_selection
from disbursements.rules.filter_words import FILTER_WORDS

OPTIONS = {"reason": "--reason-kind"}  # --reason is why a person does something


def add_filters(parser: CommandParser) -> None:
    """One option for each filter, and --search."""
    group = parser.add_argument_group("which payouts")
    for name in [*CONDITIONS, "search"]:
        option = OPTIONS.get(name, f"--{name.replace('_', '-')}")
        group.add_argument(
            option, dest=f"filter_{name}", metavar="VALUE", help=FILTER_WORDS.get(name, "")
        )


def selection_of(options: dict[str, Any]) -> dict[str, str]:
    """The filters that were given."""
    return as_selection({name: options.get(f"filter_{name}") for name in [*CONDITIONS, "search"]})
