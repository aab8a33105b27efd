"""Provider event -> operation: the one table, and the loop that works off what has arrived."""

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import transaction

from core import clock, jobs
from core.alerts import raise_alert
from disbursements.operations.account_notices import (
    apply_account_changed,
    apply_account_left,
    apply_bank_failed,
    apply_capability_changed,
)
from disbursements.operations.answer import apply_status_answer, apply_status_timeout
from disbursements.operations.apply_transfer import (
    apply_balance_available,
    apply_transfer_changed,
    note_nothing,
)
from disbursements.operations.fail import apply_payout_timeout
from disbursements.operations.settle import apply_payout_result
from gateways import inbox
from gateways.interface import (
    AccountChanged,
    AccountLeft,
    Arrival,
    BalanceAnswer,
    BalanceAvailable,
    BankPayoutFailed,
    CapabilityChanged,
    Delivery,
    LoanChanged,
    NothingForUs,
    NoticeReported,
    PaymentConfirmed,
    PaymentToValidate,
    PayoutResult,
    PayoutTimedOut,
    PromptAnswered,
    StatusAnswer,
    StatusTimedOut,
    TransferChanged,
)
from gateways.models import Callback
from loans.operations.follow import is_of_loan
from loans.operations.wake import apply_loan_changed
from reconciliation.operations.request_check import JOB as RECONCILE
from reconciliation.operations.send_alert_messages import (
    apply_delivery_report as apply_to_message,
)
from reconciliation.operations.told_by_callback import ask_for_check
from rents.operations.follow import is_of_rent
from vault.operations.balances import apply_balance_answer
from vault.operations.confirm import apply_payment_confirmed
from vault.operations.prompt_answers import apply_prompt_answer
from vault.operations.send_notices import apply_delivery_report as apply_to_notice

logger = logging.getLogger(__name__)

Operation = Callable[..., tuple[Delivery, str]]


def note_validation(
    *,
    event: PaymentToValidate,
    arrival: Arrival,  # noqa: ARG001 - every delivery has the same shape
    at: datetime,  # noqa: ARG001
) -> tuple[Delivery, str]:
    """It was answered at the door (gateways/validation.py); the money comes as confirmed."""
    return Delivery.IGNORED, event.receipt


def apply_delivery_report(
    *, event: NoticeReported, arrival: Arrival, at: datetime
) -> tuple[Delivery, str]:
    """Of a notice to an owner or a tenant, or of a message to staff about an alert."""
    outcome = apply_to_notice(event=event, arrival=arrival, at=at)
    told = apply_to_message(event, at=at) if outcome[0] is Delivery.IGNORED else ""
    return (Delivery.APPLIED, told) if told else outcome


DELIVERIES: dict[type, Operation] = {
    PayoutResult: apply_payout_result,
    PayoutTimedOut: apply_payout_timeout,
    StatusAnswer: apply_status_answer,
    StatusTimedOut: apply_status_timeout,
    BalanceAnswer: apply_balance_answer,
    NoticeReported: apply_delivery_report,
    PaymentConfirmed: apply_payment_confirmed,
    PaymentToValidate: note_validation,
    PromptAnswered: apply_prompt_answer,
    TransferChanged: apply_transfer_changed,
    BalanceAvailable: apply_balance_available,
    NothingForUs: note_nothing,
    AccountChanged: apply_account_changed,
    CapabilityChanged: apply_capability_changed,
    AccountLeft: apply_account_left,
    BankPayoutFailed: apply_bank_failed,
    LoanChanged: apply_loan_changed,
}
# What may end a payout, and the job that takes over at once what a payout of such an origin came
# to.
ENDS_PAYOUTS = (PayoutResult, StatusAnswer)
FOLLOWED_BY: tuple[tuple[Callable[..., bool], str], ...] = (
    (is_of_rent, "follow"),
    (is_of_loan, "loans"),
)
TOLD = {
    Delivery.UNMATCHED: "A callback is about nothing that we know",
    Delivery.MALFORMED: "A callback cannot be read",
}
BATCH_MAX = 100
BUDGET_S = 40.0
TRIES_MAX = 5


def deliver_due() -> int:
    """Apply what has arrived, oldest first, each in its own transaction, within BUDGET_S."""
    ends_s = clock.stopwatch_s() + BUDGET_S
    delivered = inbox.take_in_spool()
    # A round that delivers nothing met only what another worker holds: leave it to that one.
    while done := sum(_deliver(callback_id) for callback_id in inbox.claim_unread(BATCH_MAX)):
        delivered += done
        if clock.stopwatch_s() > ends_s:
            break
    return delivered


def _deliver(callback_id: int) -> int:
    """Effect and mark commit together, so that a crash between them repeats neither."""
    try:
        with transaction.atomic(durable=True):
            callback = (
                Callback.objects.select_for_update(skip_locked=True)
                .filter(pk=callback_id, processed_at=None)
                .first()
            )
            if callback is None:
                return 0
            _apply(callback, clock.database_now())
    except Exception:
        logger.exception("Callback %s could not be applied", callback_id)
        _set_aside(callback_id)
    return 1


def _apply(callback: Callback, at: datetime) -> None:
    if not callback.source_listed:
        _tell(callback, "source_not_listed", f"from {callback.source_address}", at)
    if not callback.secret_ok:
        _mark(callback, Delivery.UNMATCHED, "The path's secret is not one of ours", "", at)
        return
    try:
        event = inbox.read(callback)
    except inbox.Unreadable as error:
        _mark(callback, Delivery.MALFORMED, str(error), "", at)
        return
    arrival = Arrival(
        callback_id=callback.pk,
        secret_digest=bytes(callback.secret_digest),
        source_listed=callback.source_listed,
        received_at=callback.received_at,
    )
    delivery, subject_id = DELIVERIES[type(event)](event=event, arrival=arrival, at=at)
    _mark(callback, delivery, type(event).__name__, subject_id, at)
    if ask_for_check(callback, event, delivery, subject_id, at=at):
        jobs.after_commit(RECONCILE)
    if isinstance(event, ENDS_PAYOUTS) and subject_id:
        _have_followed(subject_id)


def _have_followed(payout_id: str) -> None:
    for is_of, job in FOLLOWED_BY:
        if is_of(payout_id=payout_id):
            jobs.after_commit(job)


def _mark(
    callback: Callback, delivery: Delivery, note: str, subject_id: str, at: datetime
) -> None:
    inbox.mark(callback, outcome=delivery, note=note, subject_id=subject_id, at=at)
    if delivery in TOLD:
        _tell(callback, f"callback_{delivery}", f"{TOLD[delivery]}: {note}", at)


def _set_aside(callback_id: int) -> None:
    """After TRIES_MAX failures it waits for a person, and stops nothing behind it."""
    with transaction.atomic():
        callback = Callback.objects.select_for_update().get(pk=callback_id)
        callback.tries += 1
        callback.save(update_fields=["tries"])
        if callback.tries >= TRIES_MAX:
            at = clock.database_now()
            _mark(callback, Delivery.MALFORMED, "Could not be applied: see the log", "", at)


def _tell(callback: Callback, kind: str, text: str, at: datetime, **details: Any) -> None:
    raise_alert(
        kind=kind, key=f"{callback.provider}:{callback.kind}", at=at,
        text=f"{text} (callback {callback.pk})", details=details,
    )  # fmt: skip
