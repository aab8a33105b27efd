"""manage.py hold_loan LOAN --reason TEXT"""

from typing import Any

from loans.management.by_hand import LoanCommand
from loans.operations import by_hand


class Command(LoanCommand):
    help = (
        "Pay a loan to nobody until a person releases it; what waits to be sent is stopped. What "
        "M-Pesa has already goes on."
    )
    permission = by_hand.HOLD

    def deed(self, **asked: Any) -> object:
        """Hold it."""
        return by_hand.hold(**asked)
