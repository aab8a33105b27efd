"""What Stripe is sent for an attempt: frozen with its key, built from what is on record alone."""

from datetime import datetime

from django.db.models import Max, Min

from disbursements.models import DisbursementRequest, DisbursementRetryLog, StatusQuestion
from gateways.interface import TransferOrder


def order_of(
    row: DisbursementRequest, attempt: DisbursementRetryLog, *, earlier_open: bool = False
) -> TransferOrder:
    """The order of this attempt, whenever it is built and whoever sends it.

    `earlier_open`: something was sent under its key whose outcome nobody knows.
    """
    return TransferOrder(
        key=attempt.key,
        transfer_id=str(row.pk),
        group=f"payout-{row.pk}",
        destination=attempt.destination,
        amount_minor=row.amount_minor,
        currency=row.currency,
        description=row.remarks,
        earlier_open=earlier_open,
    )


def first_sent_at(attempt: DisbursementRetryLog) -> datetime:
    """When the attempt's key was first used, or a little before that."""
    under_its_key = DisbursementRetryLog.objects.filter(
        disbursement_id=attempt.disbursement_id, key_generation=attempt.key_generation
    )
    found: datetime | None = under_its_key.aggregate(at=Min("retry_timestamp"))["at"]
    return found or attempt.retry_timestamp


def last_sent_at(attempt: DisbursementRetryLog) -> datetime:
    """When it was sent for the last time, or a little before that: a look-up may send it again."""
    asked: datetime | None = StatusQuestion.objects.filter(attempt=attempt).aggregate(
        at=Max("asked_at")
    )["at"]
    return max(asked or attempt.retry_timestamp, attempt.retry_timestamp)
