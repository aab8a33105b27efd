"""Two persons agree how an attempt ended: write it down and put the books right.

All functions run inside the caller's transaction, on rows that it has locked.
"""

from datetime import datetime
from typing import Any

from core import alerts, states
from disbursements.models import (
    AttemptOutcome,
    DisbursementRequest,
    DisbursementRetryLog,
    Settlement,
)
from disbursements.operations import contradict, doubt, prove, settle
from disbursements.queries import settlements as reads
from disbursements.states import DisbursementStatus

S = DisbursementStatus
ON_THE_WAY_TO_PAID = (S.ACCEPTED, S.UNKNOWN)


def paid(
    row: DisbursementRequest,
    attempt: DisbursementRetryLog,
    settlement: Settlement,
    *,
    at: datetime,
) -> None:
    """Completed, with the receipt that was found; booked also when it was thought not paid."""
    signed, actor = _signed(settlement), settlement.decided_by
    code_reported = attempt.mpesa_response_code
    if row.status not in ON_THE_WAY_TO_PAID:
        states.advance(
            row, to=S.UNKNOWN, at=at, because=f"it was paid after all, {signed}", actor=actor,
            next_retry_at=None, parked_cause="", ask_at=None,
        )  # fmt: skip
    settle.complete(
        row, attempt, receipt=settlement.receipt, completed_at=settlement.paid_at, at=at,
        because=f"paid, receipt {settlement.receipt}, {signed}", actor=actor,
    )  # fmt: skip
    attempt.proof_details = attempt.proof_details | _details(settlement)
    attempt.mpesa_response_code = code_reported
    attempt.save(update_fields=["proof_details", "mpesa_response_code"])
    _end_alerts(row, doubt.ALERT_KIND, actor, at)
    if not _contradicted(reads.attempts_in_question(row)):
        _end_alerts(row, contradict.ALERT_KIND, actor, at)


def not_paid(
    row: DisbursementRequest,
    attempt: DisbursementRetryLog,
    settlement: Settlement,
    *,
    at: datetime,
) -> None:
    """Proven by persons. It fails, so that nothing leaves by itself; a person may retry it.

    While a later attempt is under way that one goes on; while another is still said to be paid,
    a person is still needed.
    """
    prove.by_persons(attempt, details=_details(settlement), at=at)
    left, actor = reads.attempts_in_question(row), settlement.decided_by
    because = f"attempt {attempt.retry_attempt} not paid, {_signed(settlement)}"
    needed: dict[str, Any] = {"person_needed_at": None, "person_needed_because": ""}
    if contradicted := _contradicted(left):
        needed["person_needed_at"] = row.person_needed_at or at
        number = contradicted[0].retry_attempt
        needed["person_needed_because"] = f"attempt {number} is still said to be paid"
    else:
        _end_alerts(row, contradict.ALERT_KIND, actor, at)
    if any(each.outcome == AttemptOutcome.OPEN for each in left):
        _stays(row, needed, because, actor, at)
        return
    _fails(row, attempt, needed, because, actor, at)
    if not left:
        _end_alerts(row, doubt.ALERT_KIND, actor, at)


def _stays(
    row: DisbursementRequest, needed: dict[str, Any], because: str, actor: str, at: datetime
) -> None:
    """Its latest attempt is still open: it is asked about, or a person must settle that too."""
    states.note(row, at=at, because=because, actor=actor)
    if row.ask_at is None and needed["person_needed_at"] is None:
        return
    for name, value in needed.items():
        setattr(row, name, value)
    row.save(update_fields=list(needed))


def _fails(
    row: DisbursementRequest,
    attempt: DisbursementRetryLog,
    needed: dict[str, Any],
    because: str,
    actor: str,
    at: datetime,
) -> None:
    changes = {
        "lease_until": None, "ask_at": None, "next_retry_at": None, "parked_cause": "",
        "retry_reason": "settled by two persons: not paid", **needed,
    }  # fmt: skip
    if attempt.retry_attempt == row.attempts_made:
        reported = attempt.reported_at is not None
        changes["failure_code"] = attempt.mpesa_response_code if reported else ""
        changes["failure_text"] = attempt.mpesa_response_description if reported else ""
    if row.status != S.FAILED:
        states.advance(row, to=S.FAILED, at=at, because=because, actor=actor, **changes)
        return
    states.note(row, at=at, because=because, actor=actor)
    for name, value in changes.items():
        setattr(row, name, value)
    row.save(update_fields=list(changes))


def _contradicted(attempts: list[DisbursementRetryLog]) -> list[DisbursementRetryLog]:
    return [each for each in attempts if each.success_reported_at is not None]


def _signed(settlement: Settlement) -> str:
    return f"settled by {settlement.proposed_by} and {settlement.decided_by}"


def _details(settlement: Settlement) -> dict[str, Any]:
    return {
        "settlement": str(settlement.pk),
        "evidence": settlement.evidence,
        "persons": [settlement.proposed_by, settlement.decided_by],
    }


def _end_alerts(row: DisbursementRequest, kind: str, actor: str, at: datetime) -> None:
    alerts.close_alerts(kind=kind, key=str(row.pk), at=at, actor=actor)
