"""Two reports that cannot both be true: kept, told to a person, and no money moved by it."""

from datetime import datetime

from core import clock, states
from core.alerts import raise_alert
from core.models import AlertSeverity
from disbursements.models import (
    AttemptOutcome,
    DisbursementRequest,
    DisbursementRetryLog,
    Proof,
)
from disbursements.operations import match
from disbursements.states import DisbursementStatus
from gateways.interface import Delivery

ALERT_KIND = "contradictory_reports"
CORRECTION_ALERT = "corrected_but_paid"
ASK_AGAIN_MINUTES = 2
HELD_BACK = (
    DisbursementStatus.HELD,
    DisbursementStatus.QUEUED,
    DisbursementStatus.RETRYING,
    DisbursementStatus.PARKED,
)
NOT_PAID = (DisbursementStatus.CANCELLED, DisbursementStatus.FAILED)
STOPPABLE = (
    DisbursementStatus.ACCEPTED,
    DisbursementStatus.RETRYING,
    DisbursementStatus.PARKED,
    DisbursementStatus.FAILED,
)


def noted(row: DisbursementRequest, text: str, *, at: datetime) -> Delivery:
    """Something contradicts a payment that is on record: an alert, and nothing changes."""
    _tell(row, text, at)
    states.note(row, at=at, because=f"contradiction: {text}")
    return Delivery.CONTRADICTORY


def paid_after_failure(
    row: DisbursementRequest, attempt: DisbursementRetryLog, text: str, *, at: datetime
) -> Delivery:
    """Success is reported of what was reported as failed: nothing more is sent; we ask again.

    Where a newer attempt is already under way, or two persons settled this one as not paid, only
    a person can put it right.
    """
    if attempt.success_reported_at:
        return Delivery.DUPLICATE
    attempt.success_reported_at = at
    attempt.save(update_fields=["success_reported_at"])
    _tell(row, f"success after failure: {text}", at)
    because = f"contradiction: success after failure: {text}"
    ask_at = at + clock.minutes(ASK_AGAIN_MINUTES)
    if attempt.proof == Proof.PERSON or not match.is_current(row, attempt):
        wait_for_a_person(row, f"{because} (of attempt {attempt.retry_attempt})", at=at)
    elif row.status in STOPPABLE:
        states.advance(
            row, to=DisbursementStatus.UNKNOWN, at=at, because=because, ask_at=ask_at,
            next_retry_at=None, parked_cause="",
        )  # fmt: skip
    else:
        states.note(row, at=at, because=because)
        if row.status == DisbursementStatus.UNKNOWN:
            row.ask_at = ask_at
            row.save(update_fields=["ask_at"])
    return Delivery.CONTRADICTORY


def odd_success(
    row: DisbursementRequest, attempt: DisbursementRetryLog, text: str, *, at: datetime
) -> Delivery:
    """A success that does not fit pays nothing, but it stops what would be sent again."""
    if attempt.outcome == AttemptOutcome.NOT_PAID or attempt.reported_at:
        return paid_after_failure(row, attempt, text, at=at)
    if attempt.success_reported_at is None:
        attempt.success_reported_at = at
        attempt.save(update_fields=["success_reported_at"])
    return Delivery.CONTRADICTORY


def for_a_person(row: DisbursementRequest, text: str, *, at: datetime) -> Delivery:
    """The reports disagree and asking does not settle it: a person must."""
    _tell(row, text, at)
    wait_for_a_person(row, text, at=at)
    return Delivery.CONTRADICTORY


def original_was_paid(row: DisbursementRequest, *, at: datetime) -> None:
    """It was thought not paid: what replaces it, and what replaces that, must not be paid too."""
    child = DisbursementRequest.objects.filter(corrects=row).first()
    while child is not None:
        if child.status not in NOT_PAID:
            _tell_of_the_correction(row, child, at)
        child = DisbursementRequest.objects.filter(corrects=child).first()


def correction_was_paid(row: DisbursementRequest, *, at: datetime) -> None:
    """It was thought not paid, as what it replaces was: where that was paid too, a person is told.

    Those are locked: of two that are found out at one moment, one sees the other.
    """
    original_id = row.corrects_id
    while original_id is not None:
        original = DisbursementRequest.objects.select_for_update().get(pk=original_id)
        if original.status == DisbursementStatus.COMPLETED:
            _tell_of_the_correction(original, row, at)
        original_id = original.corrects_id


def wait_for_a_person(row: DisbursementRequest, because: str, *, at: datetime) -> None:
    """Put it into the queue of what only a person can settle."""
    row.person_needed_at = at
    row.person_needed_because = because
    row.save(update_fields=["person_needed_at", "person_needed_because"])
    states.note(row, at=at, because=f"a person must settle it: {because}")


def _tell(row: DisbursementRequest, text: str, at: datetime) -> None:
    raise_alert(
        kind=ALERT_KIND, key=str(row.pk), severity=AlertSeverity.CRITICAL, at=at,
        text=f"The reports about {row.client_reference} contradict each other: {text}",
    )  # fmt: skip


def _tell_of_the_correction(
    row: DisbursementRequest, child: DisbursementRequest, at: datetime
) -> None:
    do = f"It is {child.status}: see whether both were paid."
    if child.status in HELD_BACK:
        do = "It is held back: cancel it, or stop its retries."
    raise_alert(
        kind=CORRECTION_ALERT, key=str(child.pk), severity=AlertSeverity.CRITICAL, at=at,
        text=f"{row.client_reference} was paid after all, and {child.client_reference} replaces "
        f"it. {do}",
    )  # fmt: skip
    states.note(child, at=at, because=f"{row.client_reference}, which it replaces, was paid")
