"""What a look-up at Stripe brought: lock, record the answer, settle what it proves, commit."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from core import clock, locks, states
from core.alerts import raise_alert
from core.models import AlertSeverity
from disbursements.models import (
    AttemptOutcome,
    DisbursementRequest,
    DisbursementRetryLog,
    Proof,
    StatusQuestion,
)
from disbursements.operations import contradict, match, match_transfer, prove
from disbursements.operations.answer import REFUSED_ALERT
from disbursements.operations.call_log import call_of
from disbursements.operations.claim import attempt_lock
from disbursements.operations.judge import judge_refusal
from disbursements.operations.record_transfer import record_paid, record_refusal
from disbursements.operations.transfer_orders import first_sent_at
from disbursements.rules.classify import Verdict
from disbursements.rules.transfer_keys import SETTLING, not_found_proves, repeatable
from gateways import registry
from gateways.errors import Declined, GatewayError, Unreachable
from gateways.interface import (
    Exchange,
    PaymentState,
    Rail,
    Transfer,
    Transferred,
    TransfersFound,
)
from gateways.models import Call

# From the moment that a question is written down to the last moment that it may send something.
SENDS_WITHIN = timedelta(minutes=2)


@dataclass(frozen=True, kw_only=True)
class Looked:
    """What was found, or why nothing could be told; and what sending it again brought."""

    found: TransfersFound | None = None
    error: GatewayError | None = None
    sent: Transferred | None = None
    refused: GatewayError | None = None

    @property
    def transfers(self) -> tuple[Transfer, ...]:
        """Everything that exists of it."""
        if self.sent is not None:
            return (self.sent.transfer,)
        return self.found.transfers if self.found else ()

    def exchanges(self) -> list[tuple[str, Exchange]]:
        """What to keep in the log of calls, with the kind of each."""
        said = [("status", each) for each in (self.found.exchanges if self.found else ())]
        if self.error is not None and self.error.exchange is not None:
            said.append(("status", self.error.exchange))
        again = self.sent or self.refused
        if again is not None and again.exchange is not None:
            said.append(("transfer", again.exchange))
        return said


def record(question: StatusQuestion, looked: Looked, *, at: datetime) -> None:
    """In a transaction of its own."""
    with transaction.atomic(durable=True):
        row, attempt = match.locked(question.attempt)
        _log(row, looked)
        _answer(question, looked, at)
        if looked.error is not None:
            _not_told(row, looked.error, at)
        elif looked.transfers:
            _found(row, looked, at)
        elif attempt.outcome != AttemptOutcome.OPEN or attempt.success_reported_at:
            _said_to_be_paid(row, attempt, at)
        else:
            _nothing_found(row, attempt, looked.refused, at)


def _found(row: DisbursementRequest, looked: Looked, at: datetime) -> None:
    """The one that it was paid by first, else the oldest; each further one is one too many."""
    ours = [each for each in looked.transfers if each.transfer_id == str(row.pk)]
    for other in looked.transfers:
        if other not in ours:
            match_transfer.tell_orphan(other, number=row.shortcode.number, at=at)
    how = "looked up" if looked.sent is None else "sent again under its key"
    for transfer in sorted(ours, key=lambda each: _order(each, row.receipt)):
        about = match_transfer.attempt_of(row, transfer)
        if about is not None:
            row, about = match.locked(about)
            record_paid(
                row, about, transfer, at=at, because=f"{how}: transfer {transfer.provider_id}"
            )
    if not ours:
        text = "a transfer has its group, but names another payout or none"
        _to_a_person(row, text, at)


def _order(transfer: Transfer, receipt: str | None) -> tuple[bool, datetime, str]:
    return transfer.provider_id != receipt, transfer.created_at, transfer.provider_id


def _said_to_be_paid(
    row: DisbursementRequest, attempt: DisbursementRetryLog, at: datetime
) -> None:
    """Nothing is found of what was said to be paid; of what is settled that tells nothing."""
    if attempt.success_reported_at and attempt.outcome != AttemptOutcome.PAID:
        _to_a_person(row, "it was said to be paid, but Stripe has no such transfer", at)


def _to_a_person(row: DisbursementRequest, text: str, at: datetime) -> None:
    if row.person_needed_at is None:
        contradict.for_a_person(row, text, at=at)


def _nothing_found(
    row: DisbursementRequest,
    attempt: DisbursementRetryLog,
    refused: GatewayError | None,
    at: datetime,
) -> None:
    """A refusal is the saved one of the first send: whatever else says no is Unclear."""
    if isinstance(refused, Declined | Unreachable):
        error = Declined(refused.text, code=refused.code, exchange=refused.exchange)
        if record_refusal(row, attempt, error, at=at):
            return
    elif refused is not None:
        attempt.mpesa_response_code = refused.code
        attempt.mpesa_response_description = refused.text
        attempt.save(update_fields=["mpesa_response_code", "mpesa_response_description"])
    sent_at = first_sent_at(attempt)
    if _never_arrived(attempt, sent_at):
        prove.not_paid(
            row, attempt, proof=Proof.NOT_FOUND_TWICE, verdict=_not_found(row), at=at,
            details={"firstSentAt": sent_at.isoformat(), "key": attempt.key},
        )  # fmt: skip
    elif not repeatable(first_sent_at=sent_at, at=at):
        _look_soon(row, at)


def _never_arrived(attempt: DisbursementRetryLog, sent_at: datetime) -> bool:
    """Looked up often and late enough, and nobody may still be sending.

    A question that was never answered may have sent it all the same.
    """
    questions = list(StatusQuestion.objects.filter(attempt=attempt))
    sends = [
        each.asked_at + SENDS_WITHIN
        for each in questions
        if repeatable(first_sent_at=sent_at, at=each.asked_at)
    ]
    looked_at = [each.asked_at for each in questions if each.state == PaymentState.NOT_FOUND]
    if any(each.state not in ("", PaymentState.NOT_FOUND) for each in questions):
        return False
    return not_found_proves(
        looked_at=looked_at, first_sent_at=sent_at,
        last_sent_at=max([attempt.retry_timestamp + SENDS_WITHIN, *sends]),
    ) and locks.try_transaction_lock(attempt_lock(attempt))  # fmt: skip


def _not_found(row: DisbursementRequest) -> Verdict:
    return Verdict(
        api=registry.result_api(Rail(row.rail)), code="", text="", outcome="failed",
        next_step="backoff", scope="payment", meaning="Stripe has no such transfer",
        classified=True,
    )  # fmt: skip


def _look_soon(row: DisbursementRequest, at: datetime) -> None:
    """A second look could be proof."""
    again = at + clock.scaled(SETTLING)
    if row.ask_at is None or row.ask_at > again:
        row.ask_at = again
        row.save(update_fields=["ask_at"])


def _not_told(row: DisbursementRequest, error: GatewayError, at: datetime) -> None:
    """The look-up itself failed: the payout is as unknown as before. Ours to put right, if no."""
    if not isinstance(error, Declined):
        return
    number, api = row.shortcode.number, registry.result_api(Rail(row.rail))
    raise_alert(
        kind=REFUSED_ALERT, key=f"{number}:{error.code}", severity=AlertSeverity.CRITICAL, at=at,
        text=f"Stripe refuses the look-ups of {number}: {error}"[:500],
    )  # fmt: skip
    states.note(row, at=at, because=f"the look-up was refused: {error}"[:500])
    verdict = judge_refusal(api=api, code=error.code, text=error.text, at=at)
    if verdict.scope == "shortcode":
        prove.pause_shortcode(row, verdict, at)


def _answer(question: StatusQuestion, looked: Looked, at: datetime) -> None:
    changes: dict[str, object] = {"answered_at": at}
    if looked.error is not None:
        changes = {"error": f"{type(looked.error).__name__}: {looked.error}"[:300]}
    elif looked.transfers:
        found = ", ".join(each.provider_id for each in looked.transfers)
        changes |= {"state": PaymentState.COMPLETED, "text": found[:500]}
    else:
        changes["state"] = PaymentState.NOT_FOUND
        if looked.refused is not None:
            again = f"sent again under its key: {looked.refused.text}"
            changes |= {"code": looked.refused.code, "text": again}
    StatusQuestion.objects.filter(pk=question.pk).update(**changes)


def _log(row: DisbursementRequest, looked: Looked) -> None:
    Call.objects.bulk_create(
        call_of(row, exchange, kind=kind) for kind, exchange in looked.exchanges()
    )
