"""manage.py recheck_loan LOAN"""

from typing import Any

from loans.management.by_hand import LoanCommand
from loans.operations import by_hand


class Command(LoanCommand):
    help = (
        "Look at a loan in Mifos X now: what differs holds it, what was mended lets it go on. It "
        "accepts nothing that changed."
    )
    permission = by_hand.HOLD
    wants_reason = False

    def deed(self, **asked: Any) -> object:
        """Look."""
        return by_hand.recheck(**asked)
