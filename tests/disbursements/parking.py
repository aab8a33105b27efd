"""Payouts that are parked: a failure of ours, and the status query that agrees."""

from typing import Any

from disbursements.models import DisbursementRequest
from gateways.interface import PaymentState
from tests.wire import MovedClock

FLOAT, OURS = "1", "5"


def park(
    row: DisbursementRequest, reports: Any, moved: MovedClock, code: str = OURS
) -> DisbursementRequest:
    """Parked for `code`; FLOAT pauses the shortcode as well, OURS pauses nothing."""
    reports.failed(row, code)
    DisbursementRequest.objects.filter(pk=row.pk).update(ask_at=moved())
    reports.asked(row)
    reports.answered(row, PaymentState.NOT_PAID)
    return row
