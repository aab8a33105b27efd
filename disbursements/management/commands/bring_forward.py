"""manage.py bring_forward (--id ID … | --all [filters]) [--at MOMENT] --reason TEXT"""

from typing import Any

from django.core.management.base import CommandParser

from disbursements.management.bulk import BulkCommand
from disbursements.models import BulkVerb


class Command(BulkCommand):
    help = "Try scheduled retries earlier: now, or at a moment."
    verb = BulkVerb.BRING_FORWARD
    permission = "disbursements.retry_disbursementrequest"
    done_word = "brought forward"
    implied = {"status": "retrying"}

    def add_options(self, parser: CommandParser) -> None:
        """--at."""
        parser.add_argument(
            "--at", metavar="MOMENT", help="such as 2026-11-21T14:30+03:00; left out: now"
        )

    def options_of(self, options: dict[str, Any]) -> dict[str, Any]:
        """The moment."""
        return {"at": options["at"]} if options["at"] else {}
