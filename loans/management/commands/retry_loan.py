"""manage.py retry_loan LOAN --reason TEXT"""

from typing import Any

from loans.management.by_hand import LoanCommand
from loans.operations import by_hand


class Command(LoanCommand):
    help = (
        "Have the payout of a loan tried again that is proven not paid; it leaves only after a "
        "new look at Mifos X."
    )
    permission = by_hand.RETRY

    def deed(self, **asked: Any) -> object:
        """Try again."""
        return by_hand.retry_payment(**asked)
