"""--dry-run of a command about one payout: everything is checked and done, and taken back."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management.base import CommandParser
from django.db import transaction


def add_dry_run(parser: CommandParser) -> None:
    """--dry-run."""
    parser.add_argument(
        "--dry-run", action="store_true", help="say what would happen, change nothing"
    )


@contextmanager
def taken_back(*, dry_run: bool) -> Iterator[None]:
    """Nothing of what happens inside stays when it is only tried."""
    if not dry_run:
        yield
        return
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
