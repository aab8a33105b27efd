"""manage.py stop_retrying (--id ID … | --all [filters]) --reason TEXT"""

from disbursements.management.bulk import BulkCommand
from disbursements.models import BulkVerb


class Command(BulkCommand):
    help = (
        "End the retries of payouts that are proven not paid: they fail, and nothing is sent "
        "again by itself. A person may retry them later."
    )
    verb = BulkVerb.STOP_RETRYING
    permission = "disbursements.retry_disbursementrequest"
    done_word = "stopped"
    implied = {"status": "retrying,parked"}
