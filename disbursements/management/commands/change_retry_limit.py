"""manage.py change_retry_limit (--id ID … | --all [filters]) --limit N --reason TEXT"""

from typing import Any

from django.core.management.base import CommandParser

from disbursements.management.bulk import BulkCommand
from disbursements.models import BulkVerb


class Command(BulkCommand):
    help = "Allow more or fewer retries of payouts that are not finished, or failed."
    verb = BulkVerb.CHANGE_LIMIT
    permission = "disbursements.retry_disbursementrequest"
    done_word = "changed"

    def add_options(self, parser: CommandParser) -> None:
        """--limit."""
        parser.add_argument("--limit", metavar="N", type=int, required=True)

    def options_of(self, options: dict[str, Any]) -> dict[str, Any]:
        """The new limit."""
        return {"max_retries": options["limit"]}
