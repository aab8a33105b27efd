"""manage.py retry_disbursements (--id ID … | --all [filters]) [--force] --reason TEXT"""

from collections.abc import Mapping
from typing import Any

from django.core.management.base import CommandParser

from disbursements.management.bulk import BulkCommand
from disbursements.models import BulkVerb
from disbursements.operations import bulk


class Command(BulkCommand):
    help = (
        "Send again what is proven not paid: scheduled retries at once, parked payouts, and "
        "failed ones that have retries left. --force takes failed ones past their limit. A "
        "payout whose outcome is unknown is never sent again."
    )
    permission = "disbursements.retry_disbursementrequest"
    done_word = "queued"

    def add_options(self, parser: CommandParser) -> None:
        """--force."""
        parser.add_argument("--force", action="store_true", help="failed ones, past their limit")

    def permission_for(self, options: dict[str, Any]) -> str:
        """An approver may force and not retry."""
        return bulk.VERB_PERMISSIONS[self.verb_of(options)]

    def verb_of(self, options: dict[str, Any]) -> BulkVerb:
        """Retry, or force."""
        return BulkVerb.FORCE if options["force"] else BulkVerb.RETRY

    def implied_by(self, options: dict[str, Any]) -> Mapping[str, str]:
        """What the verb could do something for."""
        return {"status": "failed"} if options["force"] else {"retryable": "yes"}

    def usual_reason(self, options: dict[str, Any]) -> str:
        """Force needs a reason of its own."""
        return "" if options["force"] else "retried from the command line"
