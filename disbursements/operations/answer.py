"""Apply the answer to a status query (daraja.md 5.1, money_safety.md 4)."""

from datetime import datetime

from django.db import transaction

from core import clock, states
from core.alerts import raise_alert
from core.models import AlertSeverity
from disbursements.models import (
    AttemptOutcome,
    DisbursementRequest,
    DisbursementRetryLog,
    Proof,
    StatusQuestion,
)
from disbursements.operations import contradict, hand_over, match, prove, settle
from disbursements.rules import asking, causes
from disbursements.rules.classify import Verdict
from gateways.interface import (
    Arrival,
    Delivery,
    PaymentState,
    Rail,
    StatusAnswer,
    StatusTimedOut,
)

REFUSED_ALERT = "status_query_refused"


def apply_status_answer(
    *, event: StatusAnswer, arrival: Arrival, at: datetime
) -> tuple[Delivery, str]:
    """What became of the answer, and the id of the disbursement it is about (empty: none)."""
    with transaction.atomic():
        question = _question(arrival)
        if question is None:
            return Delivery.UNMATCHED, ""
        row, attempt = match.locked(question.attempt)
        if event.reference not in ("", attempt.asked_by):
            match.report_misfit(row, "a status answer about another payout", at=at)
            return Delivery.UNMATCHED, str(row.pk)
        question.refresh_from_db()
        news = event.state == PaymentState.COMPLETED != question.state
        if question.answered_at and not news:
            return Delivery.DUPLICATE, str(row.pk)
        question.answered_at, question.state = at, event.state
        question.code, question.text = event.code[:60], event.text or event.provider_status
        question.save(update_fields=["answered_at", "state", "code", "text"])
        return _apply(row, attempt, event, at), str(row.pk)


def apply_status_timeout(
    *,
    event: StatusTimedOut,  # noqa: ARG001 - every delivery has the same shape
    arrival: Arrival,
    at: datetime,  # noqa: ARG001
) -> tuple[Delivery, str]:
    """The query itself timed out in the provider's queue: the ladder asks again."""
    question = _question(arrival)
    if question is None:
        return Delivery.UNMATCHED, ""
    return Delivery.IGNORED, str(question.attempt.disbursement_id)


def recorded_verdict(attempt: DisbursementRetryLog) -> Verdict:
    """What the table said of the reported failure; a passing fault where none was reported."""
    if attempt.reported_at:
        return Verdict(**attempt.verdict)
    return Verdict(
        api="status", code="", text=attempt.mpesa_response_description,
        outcome="failed", next_step="backoff", scope="payment",
        meaning="M-Pesa says that it was not paid", classified=True,
    )  # fmt: skip


def _question(arrival: Arrival) -> StatusQuestion | None:
    return (
        StatusQuestion.objects.select_related("attempt")
        .filter(secret_digest=arrival.secret_digest)
        .first()
    )


def _apply(
    row: DisbursementRequest, attempt: DisbursementRetryLog, event: StatusAnswer, at: datetime
) -> Delivery:
    if attempt.outcome == AttemptOutcome.PAID:
        if event.state == PaymentState.NOT_PAID:
            return contradict.noted(row, "a status query says not paid", at=at)
        return Delivery.IGNORED
    if event.state == PaymentState.COMPLETED:
        return _completed(row, attempt, event, at)
    if attempt.success_reported_at and event.state in (
        PaymentState.NOT_PAID,
        PaymentState.NOT_FOUND,
    ):
        text = f"success was reported, but a status query says {event.state}"
        return contradict.for_a_person(row, text, at=at)
    if attempt.outcome == AttemptOutcome.NOT_PAID:
        return Delivery.IGNORED
    if attempt.ids_adopted and event.state in (PaymentState.NOT_PAID, PaymentState.NOT_FOUND):
        hand_over.to_a_person(row, hand_over.IDS_ADOPTED, at=at)
    elif event.state == PaymentState.NOT_PAID:
        _proven(row, attempt, Proof.QUERY_SAID_NO, event, at)
    elif event.state == PaymentState.NOT_FOUND:
        _not_found(row, attempt, event, at)
    elif event.state == PaymentState.REFUSED:
        _refused(row, event, at)
    return Delivery.APPLIED


def _completed(
    row: DisbursementRequest, attempt: DisbursementRetryLog, event: StatusAnswer, at: datetime
) -> Delivery:
    oddity = match.misfit(row, receipt=event.receipt, amount_minor=event.amount_minor)
    if oddity:
        match.report_misfit(row, oddity, at=at)
        contradict.odd_success(row, attempt, oddity, at=at)
        return contradict.for_a_person(row, f"a status query says completed, but {oddity}", at=at)
    failed_before = attempt.outcome == AttemptOutcome.NOT_PAID or attempt.reported_at
    if failed_before and not attempt.success_reported_at:
        text = f"a status query says completed, receipt {event.receipt}"
        return contradict.paid_after_failure(row, attempt, text, at=at)
    if attempt.proof == Proof.PERSON:
        text = f"attempt {attempt.retry_attempt} was settled by hand, but a status query says paid"
        return contradict.noted(row, text, at=at)
    if not match.is_current(row, attempt):
        return contradict.noted(row, f"attempt {attempt.retry_attempt} was paid too", at=at)
    settle.complete(
        row, attempt, receipt=event.receipt, completed_at=event.completed_at, at=at,
        because=f"a status query says completed, receipt {event.receipt}",
        charge_minor=event.charge_minor if row.rail == Rail.MPESA_B2B else None,
    )  # fmt: skip
    return Delivery.APPLIED


def _proven(
    row: DisbursementRequest,
    attempt: DisbursementRetryLog,
    proof: Proof,
    event: StatusAnswer,
    at: datetime,
) -> None:
    if attempt.reported_at:
        proof = Proof.CONFIRMED_FAILURE
    prove.not_paid(
        row, attempt, proof=proof, verdict=recorded_verdict(attempt), at=at,
        details={"status": event.provider_status, "code": event.code, "text": event.text},
    )  # fmt: skip


def _not_found(
    row: DisbursementRequest, attempt: DisbursementRetryLog, event: StatusAnswer, at: datetime
) -> None:
    """Proof beside a failure from a listed source; otherwise only twice, well apart."""
    if (attempt.reported_at and attempt.report_listed) or _never_arrived(attempt):
        _proven(row, attempt, Proof.NOT_FOUND_TWICE, event, at)
        return
    again = at + clock.scaled(asking.NOT_FOUND_APART)
    if asking.second_not_found_helps(age=clock.lived(at - attempt.retry_timestamp)) and (
        row.ask_at is None or row.ask_at > again
    ):
        row.ask_at = again
        row.save(update_fields=["ask_at"])


def _never_arrived(attempt: DisbursementRetryLog) -> bool:
    """Found nowhere, often enough; what was once seen in flight has arrived."""
    questions = StatusQuestion.objects.filter(attempt=attempt, answered_at__isnull=False)
    if questions.filter(state=PaymentState.IN_FLIGHT).exists():
        return False
    moments = questions.filter(state=PaymentState.NOT_FOUND).values_list("asked_at", "answered_at")
    sent_at = attempt.retry_timestamp
    return asking.not_found_proves(
        answers=[
            (clock.lived(asked_at - sent_at), clock.lived(answered_at - sent_at))
            for asked_at, answered_at in moments
            if answered_at is not None
        ]
    )


def _refused(row: DisbursementRequest, event: StatusAnswer, at: datetime) -> None:
    """The query was refused; the payout is as unknown as before."""
    number = row.shortcode.number
    raise_alert(
        kind=REFUSED_ALERT, key=f"{number}:{event.code}", severity=AlertSeverity.CRITICAL, at=at,
        text=f"M-Pesa refuses the status queries of {number}: {event.code} {event.text[:200]}",
    )  # fmt: skip
    states.note(row, at=at, because=f"the status query was refused: {event.code}")
    if event.code in causes.CREDENTIAL_CODES:
        verdict = Verdict(
            api="status", code=event.code, text=event.text, outcome="unknown",
            next_step="operator", scope="shortcode", meaning="Our credentials were refused",
            classified=True,
        )  # fmt: skip
        prove.pause_shortcode(row, verdict, at)
