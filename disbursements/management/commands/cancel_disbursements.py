"""manage.py cancel_disbursements (--id ID … | --all [filters]) --reason TEXT"""

from disbursements.management.bulk import BulkCommand
from disbursements.models import BulkVerb


class Command(BulkCommand):
    help = "Withdraw payouts that were never sent. It cannot be taken back."
    verb = BulkVerb.CANCEL
    permission = "disbursements.cancel_disbursementrequest"
    done_word = "cancelled"
    implied = {"status": "queued,held"}
