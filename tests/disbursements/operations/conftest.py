"""What the tests of the verbs by hand share."""

from collections.abc import Callable
from typing import Any

import pytest

from disbursements.models import DisbursementRequest
from gateways.interface import PaymentState
from tests.disbursements.acting import Hand
from tests.wire import MovedClock

BACKOFF, PERMANENT = "7777", "2040"


@pytest.fixture
def hand(moved: MovedClock) -> Hand:
    return Hand(moved)


@pytest.fixture
def proven(sent: Callable[..., DisbursementRequest], reports: Any, moved: MovedClock) -> Any:
    """A payout whose first attempt is proven not paid: retrying, or failed for good."""

    def make(digits: str = "00001", code: str = BACKOFF, **more: Any) -> DisbursementRequest:
        row = sent(digits, **more)
        reports.failed(row, code)
        DisbursementRequest.objects.filter(pk=row.pk).update(ask_at=moved())
        reports.asked(row)
        reports.answered(row, PaymentState.NOT_PAID)
        return row

    return make


@pytest.fixture
def queued(pay: Any) -> Callable[[int], list[DisbursementRequest]]:
    """So many payouts that can be cancelled."""
    return lambda count: [pay(f"{number:05d}") for number in range(count)]
