"""Apply a reported failure or queue time-out. It is no proof yet: the status query's answer is.

A retry is scheduled at once and waits for the proof; anything else stays where it is until then.
"""

from datetime import datetime

from django.db import transaction

from core import clock, states
from disbursements.models import AttemptOutcome, DisbursementRequest, DisbursementRetryLog
from disbursements.operations import contradict, match, prove
from disbursements.operations.judge import judge_answer
from disbursements.rules import asking
from disbursements.rules.classify import Verdict
from disbursements.rules.retry_policy import RETRY
from disbursements.states import DisbursementStatus
from gateways import registry
from gateways.interface import Arrival, Delivery, PayoutResult, PayoutTimedOut, Rail


def reported(
    row: DisbursementRequest,
    attempt: DisbursementRetryLog,
    *,
    event: PayoutResult,
    arrival: Arrival,
    at: datetime,
) -> Delivery:
    """Take note of a failure, on locked rows: schedule the retry or ask for the proof."""
    if attempt.outcome == AttemptOutcome.PAID:
        return contradict.noted(row, f"failure {event.code} after the payment", at=at)
    if attempt.outcome == AttemptOutcome.NOT_PAID or attempt.reported_at:
        return Delivery.DUPLICATE
    if attempt.success_reported_at:
        return contradict.for_a_person(row, f"failure {event.code} after success", at=at)
    if attempt.mpesa_response_code == event.code and row.status == DisbursementStatus.UNKNOWN:
        return Delivery.DUPLICATE
    api = registry.result_api(Rail(row.rail))
    verdict = judge_answer(api=api, code=event.code, text=event.text, at=at)
    _keep_report(attempt, event, verdict, arrival, at)
    because = f"reported: {event.code} {event.text}"[:500]
    if verdict.outcome == "failed":
        _follow(row, verdict, because, at)
    elif row.status != DisbursementStatus.UNKNOWN:
        _to_unknown(row, because, at)
    return Delivery.APPLIED


def apply_payout_timeout(
    *, event: PayoutTimedOut, arrival: Arrival, at: datetime
) -> tuple[Delivery, str]:
    """The provider's queue timed out: not a verdict; the payout is `unknown` and asked about."""
    with transaction.atomic():
        found = DisbursementRetryLog.objects.filter(secret_digest=arrival.secret_digest).first()
        if found is None or event.reference not in ("", found.asked_by or event.reference):
            return Delivery.UNMATCHED, ""
        row, attempt = match.locked(found)
        if attempt.outcome != AttemptOutcome.OPEN or attempt.reported_at:
            return Delivery.IGNORED, str(row.pk)
        if row.status not in (DisbursementStatus.SENDING, DisbursementStatus.ACCEPTED):
            return Delivery.DUPLICATE, str(row.pk)
        _to_unknown(row, "the provider's queue timed out", at)
        return Delivery.APPLIED, str(row.pk)


def await_query(row: DisbursementRequest, *, ask_at: datetime, at: datetime, because: str) -> None:
    """Stay as it is until a status query agrees; a row still `sending` is `accepted` by now."""
    if row.status == DisbursementStatus.SENDING:
        states.advance(
            row, to=DisbursementStatus.ACCEPTED, at=at, because=because, lease_until=None,
            ask_at=ask_at,
        )  # fmt: skip
        return
    states.note(row, at=at, because=because)
    row.ask_at = ask_at
    row.save(update_fields=["ask_at"])


def _follow(row: DisbursementRequest, verdict: Verdict, because: str, at: datetime) -> None:
    if verdict.scope == "shortcode":
        prove.pause_shortcode(row, verdict, at)
    decision = prove.decision_on(row, verdict, at)
    ask_at = at + clock.minutes(asking.CONFIRM_RUNGS_MINUTES[0])
    if decision.status == RETRY:
        prove.follow(row, verdict, decision, at=at, because="reported", ask_at=ask_at)
        return
    await_query(row, ask_at=ask_at, at=at, because=f"{because}; a status query must agree")


def _to_unknown(row: DisbursementRequest, because: str, at: datetime) -> None:
    states.advance(
        row, to=DisbursementStatus.UNKNOWN, at=at, because=because, lease_until=None,
        ask_at=at + clock.minutes(asking.FIRST_RUNGS_MINUTES[0]),
    )  # fmt: skip


def _keep_report(
    attempt: DisbursementRetryLog,
    event: PayoutResult,
    verdict: Verdict,
    arrival: Arrival,
    at: datetime,
) -> None:
    attempt.mpesa_response_code = event.code[:60]
    attempt.mpesa_response_description = event.text
    attempt.verdict = verdict.as_json()
    if verdict.outcome == "failed":
        attempt.reported_at = at
        attempt.report_listed = arrival.source_listed
    attempt.save(
        update_fields=[
            "mpesa_response_code", "mpesa_response_description", "verdict", "reported_at",
            "report_listed",
        ]
    )  # fmt: skip
