"""manage.py release_loan LOAN --reason TEXT"""

from typing import Any

from loans.management.by_hand import LoanCommand
from loans.operations import by_hand


class Command(LoanCommand):
    help = (
        "Let a held loan be paid by what Mifos X says at this moment. It stays held when that is "
        "not what was shown: the differences are told, then release it."
    )
    permission = by_hand.HOLD

    def deed(self, **asked: Any) -> object:
        """Release it."""
        return by_hand.release(**asked)
