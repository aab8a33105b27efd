"""An attempt is proven not paid: give the money back in the books and decide what follows.

All functions run inside the caller's transaction, on rows that it has locked.
"""

from datetime import datetime, timedelta
from typing import Any

import ledger.operations as books
from core import clock, states
from core.alerts import raise_alert
from core.models import AlertSeverity
from disbursements.models import (
    AttemptOutcome,
    DisbursementRequest,
    DisbursementRetryLog,
    Pause,
    PauseScope,
    Proof,
)
from disbursements.operations import doubt, overtake
from disbursements.operations import pause as pausing
from disbursements.operations.judge import judge_refusal
from disbursements.rules.classify import Verdict
from disbursements.rules.retry_policy import GIVE_UP, PARK, RETRY, Decision, decide
from disbursements.states import DisbursementStatus
from gateways.errors import Declined

NEXT_DAY = "next_day"


def not_paid(
    row: DisbursementRequest,
    attempt: DisbursementRetryLog,
    *,
    proof: Proof,
    verdict: Verdict,
    at: datetime,
    details: dict[str, Any],
    actor: str = states.SYSTEM,
) -> None:
    """Close the attempt with its proof and follow the verdict: retry, park or give up."""
    decision = decision_on(row, verdict, at)
    if _put_right_since(row, attempt, verdict):
        decision = Decision(
            status=RETRY, because="the cause was put right meanwhile", counted=False
        )
    elif verdict.scope == "shortcode":
        pause_shortcode(row, verdict, at)
    doubt.settled(row, attempt, at=at)
    overtake.answered(row, attempt=attempt, at=at)
    _close(attempt, proof, details, at, verdict=verdict, counted=decision.counted)
    if row.status == DisbursementStatus.RETRYING:
        states.note(row, at=at, because=f"proven not paid: {proof.label}", actor=actor)
        _stop_asking(row)
        return
    follow(row, verdict, decision, at=at, because=proof.label, actor=actor)


def refused(
    row: DisbursementRequest,
    attempt: DisbursementRetryLog,
    error: Declined,
    *,
    api: str,
    at: datetime,
) -> bool:
    """Whether the provider's refusal is the proof that nothing was paid; then it is followed."""
    verdict = judge_refusal(api=api, code=error.code, text=error.text, at=at)
    if verdict.outcome != "failed":
        return False
    not_paid(
        row, attempt, proof=Proof.REFUSED, verdict=verdict, at=at,
        details={"code": error.code, "text": error.text},
    )  # fmt: skip
    return True


def unsent(
    row: DisbursementRequest,
    attempt: DisbursementRetryLog,
    *,
    at: datetime,
    wait: timedelta,
    because: str,
) -> None:
    """Nothing was accepted: try again after `wait`, without using up a retry."""
    _close(attempt, Proof.NEVER_SENT, {"text": because}, at, verdict=None, counted=False)
    states.advance(
        row, to=DisbursementStatus.RETRYING, at=at, because=because, next_retry_at=at + wait,
        retry_reason=because, lease_until=None, ask_at=None,
    )  # fmt: skip


def by_persons(attempt: DisbursementRetryLog, *, details: dict[str, Any], at: datetime) -> None:
    """Two persons settled that this attempt did not pay: that is its proof from now on.

    A success that was reported of it no longer counts; when that was, and what proved the
    opposite before, stays in its details. The row is the caller's to move.
    """
    before = {"proof": attempt.proof, "details": attempt.proof_details}
    if attempt.success_reported_at:
        before["success_reported_at"] = attempt.success_reported_at.isoformat()
        attempt.success_reported_at = None
        attempt.save(update_fields=["success_reported_at"])
    details = details | {"before": before}
    if attempt.outcome == AttemptOutcome.OPEN:
        _close(attempt, Proof.PERSON, details, at, verdict=None, counted=True)
        return
    attempt.proof, attempt.proof_details, attempt.settled_at = Proof.PERSON, details, at
    attempt.save(update_fields=["proof", "proof_details", "settled_at"])


def decision_on(row: DisbursementRequest, verdict: Verdict, at: datetime) -> Decision:
    """What the retry policy says of this failure of this payout."""
    next_day_tries = DisbursementRetryLog.objects.filter(
        disbursement=row, outcome=AttemptOutcome.NOT_PAID, verdict__next_step=NEXT_DAY
    ).count()
    return decide(
        next_step=verdict.next_step,
        retries_used=retries_used(row),
        retries_max=row.max_retries,
        next_day_tries=next_day_tries,
        at=at,
    )


def retries_used(row: DisbursementRequest) -> int:
    """How many attempts before the latest one used up a retry, however often it was reported."""
    return DisbursementRetryLog.objects.filter(
        disbursement=row,
        outcome=AttemptOutcome.NOT_PAID,
        counted=True,
        retry_attempt__lt=row.attempts_made,
    ).count()


def follow(
    row: DisbursementRequest,
    verdict: Verdict,
    decision: Decision,
    *,
    at: datetime,
    because: str,
    actor: str = states.SYSTEM,
    ask_at: datetime | None = None,
) -> None:
    """Move the row to what was decided. A retry counts from now."""
    reason = f"{verdict.meaning} ({verdict.code})" if verdict.code else verdict.meaning
    common: dict[str, Any] = {
        "at": at, "because": f"{because}; {decision.because}: {reason}", "actor": actor,
        "lease_until": None, "ask_at": ask_at, "failure_code": verdict.code,
        "failure_text": verdict.text, **_no_person_needed(row),
    }  # fmt: skip
    if decision.status == RETRY:
        states.advance(
            row, to=DisbursementStatus.RETRYING,
            retry_count=retries_used(row) + int(decision.counted),
            next_retry_at=at + clock.scaled(decision.wait), retry_reason=reason, **common,
        )  # fmt: skip
    elif decision.status == PARK:
        cause = cause_of(row, verdict)
        states.advance(
            row, to=DisbursementStatus.PARKED, parked_cause=cause, retry_reason=reason, **common
        )
        if verdict.scope != "shortcode":
            pausing.tell_parked(cause=cause, reason=reason, at=at)
    elif decision.status == GIVE_UP:
        states.advance(row, to=DisbursementStatus.FAILED, retry_reason=reason, **common)


def _no_person_needed(row: DisbursementRequest) -> dict[str, Any]:
    """A later attempt does not answer for an earlier one that is said to be paid."""
    contradicted = DisbursementRetryLog.objects.filter(
        disbursement=row, outcome=AttemptOutcome.NOT_PAID, success_reported_at__isnull=False
    )
    if row.person_needed_at is not None and contradicted.exists():
        return {}
    return {"person_needed_at": None, "person_needed_because": ""}


def cause_of(row: DisbursementRequest, verdict: Verdict) -> str:
    """What parked payouts wait for: a fault of one shortcode names it."""
    if verdict.scope == "shortcode":
        return f"{verdict.cause}:{row.shortcode.number}"
    return verdict.cause


def pause_shortcode(row: DisbursementRequest, verdict: Verdict, at: datetime) -> None:
    """Stop the shortcode whose every payout would meet the same fault, with a critical alert."""
    cause, number = cause_of(row, verdict), row.shortcode.number
    reason = f"{verdict.meaning} ({verdict.code})"
    pausing.pause_for_fault(target=str(row.shortcode_id), cause=cause, reason=reason, at=at)
    raise_alert(
        kind=pausing.ALERT_KIND, key=cause, severity=AlertSeverity.CRITICAL, at=at,
        text=f"Sending from {number} is paused: {reason}. Put it right, then resume.",
        details={"shortcode": number, "code": verdict.code},
    )  # fmt: skip


def _put_right_since(
    row: DisbursementRequest, attempt: DisbursementRetryLog, verdict: Verdict
) -> bool:
    """Whether the shortcode's fault was reported before, and resumed from after that report."""
    if verdict.scope != "shortcode" or attempt.reported_at is None:
        return False
    return Pause.objects.filter(
        scope=PauseScope.SHORTCODE,
        target=str(row.shortcode_id),
        ended_at__gte=attempt.reported_at,
    ).exists()


def _close(
    attempt: DisbursementRetryLog,
    proof: Proof,
    details: dict[str, Any],
    at: datetime,
    *,
    verdict: Verdict | None,
    counted: bool,
) -> None:
    attempt.outcome = AttemptOutcome.NOT_PAID
    attempt.proof = proof
    attempt.proof_details = details
    attempt.settled_at = at
    attempt.counted = counted
    if verdict is not None:
        attempt.verdict = verdict.as_json()
    attempt.save(
        update_fields=["outcome", "proof", "proof_details", "settled_at", "counted", "verdict"]
    )
    books.void(hold_reference=attempt.hold_reference, because=proof.label, at=at)


def _stop_asking(row: DisbursementRequest) -> None:
    row.ask_at = None
    row.save(update_fields=["ask_at"])
