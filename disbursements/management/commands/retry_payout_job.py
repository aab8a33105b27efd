"""manage.py retry_payout_job JOB [--winner USER …] [--force] --reason TEXT"""

from typing import Any

from django.core.management.base import CommandParser

from disbursements.management.payout_jobs import JobVerbCommand
from disbursements.models import BulkRun, BulkVerb
from disbursements.operations import job_verbs


class Command(JobVerbCommand):
    help = (
        "Try the winners of a payout job again who are proven not paid: those who wait for a "
        "retry or for us, and failed ones that have tries left. --force takes failed ones past "
        "their limit. Whose outcome is unknown is never sent again."
    )
    permission = job_permission = job_verbs.RETRY
    done_word = "queued"

    def add_options(self, parser: CommandParser) -> None:
        """--force."""
        parser.add_argument("--force", action="store_true", help="failed ones, past their limit")

    def verb_of(self, options: dict[str, Any]) -> BulkVerb:
        """Retry, or force."""
        return BulkVerb.FORCE if options["force"] else BulkVerb.RETRY

    def start(self, options: dict[str, Any], **asked: Any) -> BulkRun:
        """Begin it."""
        return job_verbs.retry_job(force=options["force"], **asked)
