"""Apply a reported payout result: once, to the right row, believed as far as it goes.

Callbacks are unsigned (daraja.md A.14). A success counts when the path's secret, our reference,
amount and payee agree; on any oddity a status query must agree too.
"""

from datetime import datetime

from django.db import transaction

import ledger.operations as books
from core import states
from disbursements.models import AttemptOutcome, DisbursementRequest, DisbursementRetryLog
from disbursements.operations import adopt_ids, contradict, doubt, fail, match, overtake
from disbursements.operations.paid_from import paid_from
from disbursements.states import DisbursementStatus
from gateways.interface import Arrival, Delivery, PayoutResult
from ledger import chart
from vault.operations.balances import record_utility_reading


def apply_payout_result(
    *, event: PayoutResult, arrival: Arrival, at: datetime
) -> tuple[Delivery, str]:
    """What became of the report, and the id of the disbursement it is about (empty: none)."""
    with transaction.atomic():
        found = match.attempt_of(event, arrival)
        if found is None:
            return Delivery.UNMATCHED, ""
        row, attempt = match.locked(found)
        if bytes(attempt.secret_digest) != arrival.secret_digest:
            match.report_misfit(row, "it came under the secret of another payout", at=at)
            return Delivery.UNMATCHED, str(row.pk)
        if attempt.beneficiary and not adopt_ids.adopt(attempt, event):
            match.report_misfit(row, "it names the ids of another payout", at=at)
            return Delivery.UNMATCHED, str(row.pk)
        if event.paid:
            delivery = _success(row, attempt, event, arrival, at)
        else:
            delivery = fail.reported(row, attempt, event=event, arrival=arrival, at=at)
        if delivery == Delivery.APPLIED and event.utility_available_minor is not None:
            record_utility_reading(
                shortcode=row.shortcode, currency=row.currency, at=arrival.received_at,
                available_minor=event.utility_available_minor,
            )  # fmt: skip
        return delivery, str(row.pk)


def complete(
    row: DisbursementRequest,
    attempt: DisbursementRetryLog,
    *,
    receipt: str,
    completed_at: datetime | None,
    at: datetime,
    because: str,
    actor: str = states.SYSTEM,
    charge_minor: int | None = None,
) -> None:
    """Paid: the receipt on record, the money out of the books. Inside a transaction, locked.

    `charge_minor`: what the provider charged, where it said so.
    """
    late = attempt.outcome == AttemptOutcome.NOT_PAID
    doubt.settled(row, attempt, at=at)
    overtake.answered(row, at=at)
    attempt.outcome = AttemptOutcome.PAID
    attempt.settled_at = at
    attempt.mpesa_response_code = "0"
    attempt.save(update_fields=["outcome", "settled_at", "mpesa_response_code"])
    states.advance(
        row, to=DisbursementStatus.COMPLETED, at=at, because=because, actor=actor,
        receipt=receipt, completed_at=completed_at or at,
        lease_until=None, ask_at=None, next_retry_at=None, failure_code="", failure_text="",
        person_needed_at=None, person_needed_because="",
    )  # fmt: skip
    _book(row, attempt, booked_as(row, receipt), at, late=late, charge_minor=charge_minor or 0)
    if late:
        contradict.original_was_paid(row, at=at)
        contradict.correction_was_paid(row, at=at)


def booked_as(row: DisbursementRequest, receipt: str) -> str:
    """What the ledger says of the payment."""
    return f"{row.client_reference} paid, receipt {receipt}"


def lines_of(
    row: DisbursementRequest, *, shortcode_number: str
) -> list[books.Debit | books.Credit]:
    """What a payment moves in the ledger, without the provider's charge."""
    return [
        books.Debit(chart.partner_payouts(row.partner_id, row.currency), row.amount_minor),
        books.Credit(paid_from(row, shortcode_number=shortcode_number), row.amount_minor),
    ]


def _book(
    row: DisbursementRequest,
    attempt: DisbursementRetryLog,
    text: str,
    at: datetime,
    *,
    late: bool,
    charge_minor: int,
) -> None:
    lines = lines_of(row, shortcode_number=attempt.shortcode_number)
    if charge_minor:
        number = attempt.shortcode_number
        lines += [
            books.Debit(chart.charges(number, row.currency), charge_minor),
            books.Credit(chart.charges_paid(number, row.currency), charge_minor),
        ]
    if late:
        books.post(lines=lines, reference=attempt.late_reference, description=text, at=at)
    else:
        books.commit(hold_reference=attempt.hold_reference, lines=lines, description=text, at=at)


def _success(
    row: DisbursementRequest,
    attempt: DisbursementRetryLog,
    event: PayoutResult,
    arrival: Arrival,
    at: datetime,
) -> Delivery:
    if attempt.outcome == AttemptOutcome.PAID:
        if row.receipt == event.receipt:
            return Delivery.DUPLICATE
        return contradict.noted(row, f"another receipt, {event.receipt}", at=at)
    oddity = match.misfit(
        row, receipt=event.receipt, amount_minor=event.amount_minor, receiver=event.receiver
    )
    if oddity:
        match.report_misfit(row, oddity, at=at)
        return contradict.odd_success(row, attempt, oddity, at=at)
    if attempt.outcome == AttemptOutcome.NOT_PAID or attempt.reported_at:
        return contradict.paid_after_failure(row, attempt, f"receipt {event.receipt}", at=at)
    sure = arrival.source_listed and not attempt.ids_adopted
    if not sure or match.needs_confirmation(row):
        return _await_confirmation(row, attempt, at)
    complete(
        row, attempt, receipt=event.receipt, completed_at=event.completed_at, at=at,
        because=f"paid, receipt {event.receipt}", charge_minor=event.charge_minor,
    )  # fmt: skip
    return Delivery.APPLIED


def _await_confirmation(
    row: DisbursementRequest, attempt: DisbursementRetryLog, at: datetime
) -> Delivery:
    if attempt.success_reported_at:
        return Delivery.DUPLICATE
    attempt.success_reported_at = at
    attempt.save(update_fields=["success_reported_at"])
    fail.await_query(row, ask_at=at, at=at, because="reported paid; a status query must agree")
    return Delivery.APPLIED
