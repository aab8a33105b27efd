"""Many payouts paid at one moment: each as settle.complete does it, in a handful of statements."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

import ledger.operations as books
from core import clock, states
from disbursements.models import AttemptOutcome, DisbursementRequest, DisbursementRetryLog
from disbursements.operations import match, settle
from disbursements.rules import asking
from disbursements.states import DisbursementStatus


@dataclass(frozen=True, kw_only=True)
class Paid:
    """One payout, its attempt, and what the provider said of it."""

    row: DisbursementRequest
    attempt: DisbursementRetryLog
    receipt: str
    completed_at: datetime


def is_plain(row: DisbursementRequest, attempt: DisbursementRetryLog, *, at: datetime) -> bool:
    """Whether this is the first that anybody says of an attempt that is under way.

    Then nothing can have been proposed, alerted or contradicted, and nothing is looked up.
    """
    return (
        row.status == DisbursementStatus.SENDING
        and row.receipt is None
        and row.person_needed_at is None
        and match.is_current(row, attempt)
        and attempt.outcome == AttemptOutcome.OPEN
        and attempt.success_reported_at is None
        and clock.lived(at - attempt.retry_timestamp) < asking.ALERT_AFTER
    )


def complete_many(paid: Sequence[Paid], *, at: datetime, because: str) -> None:
    """All paid, or none. In a transaction, on locked rows that are plain."""
    if not paid:
        return
    DisbursementRetryLog.objects.filter(pk__in=[each.attempt.pk for each in paid]).update(
        outcome=AttemptOutcome.PAID, settled_at=at, mpesa_response_code="0"
    )
    _write_receipts(paid)
    states.advance_many(
        [each.row for each in paid], to=DisbursementStatus.COMPLETED, at=at, because=because,
        lease_until=None, ask_at=None, next_retry_at=None, failure_code="", failure_text="",
    )  # fmt: skip
    books.commit_many(
        commitments=[
            books.Commitment(
                hold_reference=each.attempt.hold_reference,
                lines=settle.lines_of(each.row, shortcode_number=each.attempt.shortcode_number),
                description=settle.booked_as(each.row, each.receipt),
            )
            for each in paid
        ],
        at=at,
    )


def _write_receipts(paid: Sequence[Paid]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE disbursement_requests AS request
               SET receipt = known.receipt, completed_at = known.completed_at
              FROM unnest(%s::uuid[], %s::text[], %s::timestamptz[])
                   AS known(id, receipt, completed_at)
             WHERE request.id = known.id
            """,
            [
                [each.row.pk for each in paid],
                [each.receipt for each in paid],
                [each.completed_at for each in paid],
            ],
        )
    for each in paid:
        each.row.receipt, each.row.completed_at = each.receipt, each.completed_at
