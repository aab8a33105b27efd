"""A transfer that Stripe has, told of a payout: by an answer, a look-up or a notice."""

from dataclasses import replace
from typing import Any

from django.db import transaction

from disbursements.models import DisbursementRequest
from disbursements.operations import match
from disbursements.operations.record_transfer import record_paid
from disbursements.operations.send import send_due
from gateways.errors import Declined, GatewayError, Unclear
from gateways.interface import Delivery, Transfer
from tests.disbursements.transfers.conftest import Won, answering, reread
from tests.winners import attempts, payout
from tests.wire import MovedClock

DOUBT = Unclear("Who knows")
BUSY = Declined("Later", code="lock_timeout")


def transfer_of(row: DisbursementRequest, moved: MovedClock, **changes: Any) -> Transfer:
    """The transfer that fits this payout."""
    fitting = Transfer(
        provider_id="tr_1", transfer_id=str(row.pk), group=f"payout-{row.pk}",
        destination="acct_user1", amount_minor=row.amount_minor, reversed_minor=0,
        currency=row.currency, live=False, created_at=moved(),
    )  # fmt: skip
    return replace(fitting, **changes)


def told(row: DisbursementRequest, transfer: Transfer, *, attempt: int = -1) -> Delivery:
    """Somebody says that Stripe has this transfer."""
    with transaction.atomic():
        locked_row, locked_attempt = match.locked(attempts(row)[attempt])
        return record_paid(
            locked_row, locked_attempt, transfer, at=transfer.created_at, because="a look-up"
        )


def sent(won: Won, error: GatewayError, **more: Any) -> DisbursementRequest:
    """One winner whose first transfer was answered with this error."""
    row = payout(won(**more))
    with answering(error):
        send_due()
    return reread(row)
