"""A payout whose outcome is unknown, and the second person who decides about it."""

from typing import Any

import pytest

from core.callers import Caller
from disbursements.models import DisbursementRequest, Settlement
from disbursements.operations.decide_settlement import (
    approve,
)
from tests.disbursements.persons import (
    BRIAN,
    unknown,
)
from tests.wire import MovedClock


@pytest.fixture
def doubtful(sent: Any, reports: Any) -> DisbursementRequest:
    """Its outcome is unknown."""
    return unknown(sent(), reports)


@pytest.fixture
def decide(moved: MovedClock) -> Any:
    """Brian decides."""

    def one(settlement: Settlement, verb: Any = approve, caller: Caller = BRIAN) -> Settlement:
        done = verb(
            settlement_id=settlement.pk, reason="seen the statement too", caller=caller,
            at=moved(),
        )  # fmt: skip
        settlement.refresh_from_db()
        return done

    return one
