"""What the tests of the invariants share: the two books side by side."""

from typing import Any

import pytest

from disbursements.models import DisbursementRequest, DisbursementRetryLog
from disbursements.operations.prove_books import breaks
from gateways.simulator import Simulator
from ledger.queries import balances


class Books:
    """The provider's own book of money moved beside ours."""

    def __init__(self, simulator: Simulator) -> None:
        self.simulator = simulator

    def differences(self) -> list[str]:
        """Everything in which the two differ; nothing when they agree."""
        moved = {move.receipt: move.amount * 100 for move in self.simulator.book.moves}
        ours = dict(
            DisbursementRequest.objects.exclude(receipt=None).values_list(
                "receipt", "amount_minor"
            )
        )
        booked = sum(
            each.debit_minor - each.credit_minor
            for each in balances(prefix="partner")
            if "payouts" in each.code
        )
        found = [f"paid twice: {case}" for case in self.simulator.book.paid_twice()]
        found += [f"only the provider moved {receipt}" for receipt in moved.keys() - ours.keys()]
        found += [f"only we know {receipt}" for receipt in ours.keys() - moved.keys()]
        found += [
            f"{r}: {moved[r]} moved" for r in moved.keys() & ours.keys() if moved[r] != ours[r]
        ]
        if booked != sum(moved.values()):
            found.append(f"{booked} booked, {sum(moved.values())} moved")
        return found + list(breaks())

    def attempts(self) -> int:
        """How many attempts there are in all."""
        return DisbursementRetryLog.objects.count()


@pytest.fixture
def books(simulator: Simulator, engine_db: Any) -> Books:
    return Books(simulator)
