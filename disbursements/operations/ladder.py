"""One rung of the asking ladder: when to ask next, when silence is proof, when a person must.

Inside the caller's transaction, on locked rows.
"""

from datetime import datetime

from django.db.models import Min, Q

from core import clock
from core.models import AlertSeverity
from disbursements.models import (
    AttemptOutcome,
    DisbursementRequest,
    DisbursementRetryLog,
    Proof,
    StatusQuestion,
)
from disbursements.operations import doubt, hand_over, prove
from disbursements.operations.answer import recorded_verdict
from disbursements.rules import asking
from gateways.interface import PaymentState


def climb(row: DisbursementRequest, attempt: DisbursementRetryLog, *, at: datetime) -> bool:
    """Set the moment of the next question; returns whether to ask now."""
    waits_for_proof = (
        attempt.outcome == AttemptOutcome.OPEN
        and attempt.reported_at is not None
        and attempt.success_reported_at is None
        and row.person_needed_at is None
    )
    if waits_for_proof:
        return _confirm(row, attempt, at)
    age = clock.lived(at - attempt.retry_timestamp)
    rung = asking.next_rung(age)
    if rung is None:
        hand_over.to_a_person(row, f"no answer for {asking.HOURS_MAX} hours", at=at)
        row.ask_at = None
    else:
        row.ask_at = attempt.retry_timestamp + clock.scaled(rung)
    row.save(update_fields=["ask_at"])
    if age >= asking.ALERT_AFTER:
        doubt.tell(
            row, f"For an hour nobody can tell whether {row.client_reference} was paid",
            severity=AlertSeverity.WARNING, at=at,
        )  # fmt: skip
    return True


def _confirm(row: DisbursementRequest, attempt: DisbursementRetryLog, at: datetime) -> bool:
    """Ask whether a reported failure is contradicted; an hour without answer decides.

    The hour begins with the first question that the provider took: what never reached it was not
    answered with silence.
    """
    questions = StatusQuestion.objects.filter(attempt=attempt, asked_at__gte=attempt.reported_at)
    first = questions.aggregate(
        asked=Min("asked_at"), taken=Min("asked_at", filter=~Q(conversation_id=""))
    )
    since = first["taken"] or first["asked"] or at
    rung = asking.next_confirmation(clock.lived(at - since))
    if rung is not None:
        row.ask_at = since + clock.scaled(rung)
        row.save(update_fields=["ask_at"])
        return True
    in_flight = StatusQuestion.objects.filter(
        attempt=attempt, answered_at__gte=attempt.reported_at, state=PaymentState.IN_FLIGHT
    )
    sure = attempt.report_listed and not attempt.ids_adopted
    if first["taken"] and sure and not in_flight.exists():
        prove.not_paid(
            row, attempt, proof=Proof.LISTED_FAILURE, verdict=recorded_verdict(attempt), at=at,
            details={"code": attempt.mpesa_response_code},
        )  # fmt: skip
        return False
    hand_over.to_a_person(row, "a failure was reported, but no status query agrees", at=at)
    rung = asking.next_rung(clock.lived(at - attempt.retry_timestamp))
    row.ask_at = None if rung is None else attempt.retry_timestamp + clock.scaled(rung)
    row.save(update_fields=["ask_at"])
    return True
