"""Find attempts whose sender died: their outcome is unknown, and they are asked about."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from core import clock, locks, states
from core.alerts import raise_alert
from disbursements import queries
from disbursements.models import DisbursementRequest
from disbursements.operations.claim import attempt_lock
from disbursements.rules import asking
from disbursements.states import DisbursementStatus

BATCH_MAX = 200
STUCK_AFTER = timedelta(minutes=10)


def recover_expired() -> int:
    """Move every abandoned `sending` row to `unknown`; returns how many.

    A sender that still lives holds the attempt's fence, however long it has been silent: its row
    is left alone, and an alert is raised when that lasts.
    """
    recovered = 0
    at = clock.database_now()
    expired = DisbursementRequest.objects.filter(
        status=DisbursementStatus.SENDING, lease_until__lt=at
    ).order_by("lease_until", "id")
    seen: set[UUID] = set()
    while batch := expired.exclude(pk__in=seen).values_list("pk", flat=True)[:BATCH_MAX]:
        recovered += sum(_recover(pk, at) for pk in batch)
        seen.update(batch)
    return recovered


def _recover(pk: UUID, at: datetime) -> int:
    with transaction.atomic(durable=True):
        row = (
            DisbursementRequest.objects.select_for_update(skip_locked=True)
            .filter(pk=pk, status=DisbursementStatus.SENDING, lease_until__lt=at)
            .first()
        )
        attempt = queries.current_attempt(row) if row else None
        if row is None or attempt is None:
            return 0
        if not locks.try_transaction_lock(attempt_lock(attempt)):
            _tell_if_stuck(row, at)
            return 0
        states.advance(
            row, to=DisbursementStatus.UNKNOWN, at=at,
            because="its sender ended before the answer was recorded", lease_until=None,
            ask_at=at + clock.minutes(asking.FIRST_RUNGS_MINUTES[0]),
        )  # fmt: skip
        return 1


def _tell_if_stuck(row: DisbursementRequest, at: datetime) -> None:
    if row.lease_until and at - row.lease_until > STUCK_AFTER:
        raise_alert(
            kind="sender_stuck", key=str(row.pk), at=at,
            text=f"A worker holds {row.client_reference} since {row.lease_until:%H:%M} UTC and "
            "neither answers nor ends: end that worker",
        )  # fmt: skip
