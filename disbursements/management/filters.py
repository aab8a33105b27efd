"""The filters of queries/selection as options of a command: the same words as on the pages."""

from typing import Any

from django.core.management.base import CommandParser

from disbursements.queries.selection import CONDITIONS, as_selection

OPTIONS = {"reason": "--reason-kind"}  # --reason is why a person does something
HELP = {
    "status": "one or more, with commas between, such as failed,retrying",
    "partner": "the partner's id",
    "shortcode": "its number or id",
    "reason": "kind of reason: never, backoff, next_day, operator, ask",
    "code": "the provider's code, or several with commas between",
    "cause": "what parked ones wait for, such as b2c:1:600111",
    "person": "yes: only those that need a person",
    "retryable": "yes: only what a retry could do something for",
    "amount_from": "in shillings, included, such as 50,000",
    "amount_to": "in shillings, included",
    "retries": "retries used: 2, or 1+ for one or more",
    "from": "instructed from: a day in Nairobi, or a moment with offset",
    "to": "instructed to: a day, included, or a moment, excluded",
    "paid_from": "paid from: a day or a moment",
    "paid_to": "paid to: a day, included, or a moment, excluded",
    "unknown_for": "unknown for at least so many minutes",
    "unchanged_since": "without a change of status since this day or moment",
    "file": "the SHA-256 of the file that they came with",
    "run": "the id of a bulk run",
    "search": "as in the search box: reference, receipt, phone, amount or name",
}


def add_filters(parser: CommandParser) -> None:
    """One option for each filter, and --search."""
    group = parser.add_argument_group("which payouts")
    for name in [*CONDITIONS, "search"]:
        option = OPTIONS.get(name, f"--{name.replace('_', '-')}")
        group.add_argument(option, dest=f"filter_{name}", metavar="VALUE", help=HELP.get(name, ""))


def selection_of(options: dict[str, Any]) -> dict[str, str]:
    """The filters that were given."""
    return as_selection({name: options.get(f"filter_{name}") for name in [*CONDITIONS, "search"]})
