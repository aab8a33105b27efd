"""manage.py cancel_payout_job JOB [--winner USER …] --reason TEXT"""

from typing import Any

from disbursements.management.payout_jobs import JobVerbCommand
from disbursements.models import BulkRun, BulkVerb
from disbursements.operations import job_verbs


class Command(JobVerbCommand):
    help = (
        "Withdraw the winners of a payout job who were never sent anything, for good. Who was "
        "tried once is left alone."
    )
    permission = job_permission = job_verbs.CANCEL
    verb = BulkVerb.CANCEL
    done_word = "cancelled"

    def start(self, options: dict[str, Any], **asked: Any) -> BulkRun:
        """Begin it."""
        return job_verbs.cancel_job(**asked)
