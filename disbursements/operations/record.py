"""The third paragraph of sending: lock, record the answer, advance, commit.

A callback may have been first. Then the outcome is there already, and only what is missing is
filled in.
"""

import random
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from core import clock, jobs, states
from core.alerts import raise_alert
from disbursements.models import (
    AttemptOutcome,
    DisbursementRequest,
    DisbursementRetryLog,
)
from disbursements.operations import adopt_ids, prove
from disbursements.operations.call_log import call_of
from disbursements.operations.claim import Claimed
from disbursements.operations.record_transfer import record_many_paid, record_refusal
from disbursements.rules import asking, rail_words
from disbursements.rules.retry_policy import unsent_wait
from disbursements.states import DisbursementStatus
from gateways.errors import Declined, GatewayError, Unreachable
from gateways.interface import Acknowledgement, Transferred
from gateways.models import Call

DUPLICATE_TEXT = "duplicate originatorconversationid"
UNSENT_LOOK_BACK = 12
UNREACHABLE_TRIES_TOLD = 4
UNREACHABLE_ALERT = "provider_unreachable"


def record_accepted(answered: Sequence[tuple[Claimed, Acknowledgement]], *, at: datetime) -> None:
    """The provider took these: `sending` becomes `accepted`, to be asked about in 2 minutes."""
    if not answered:
        return
    with transaction.atomic(durable=True):
        rows = _locked([claimed.disbursement.pk for claimed, _ in answered])
        attempts = []
        for claimed, acknowledgement in answered:
            attempt = claimed.attempt
            attempt.acknowledged_at = at
            attempt.conversation_id = acknowledgement.conversation_id[:100]
            attempt.duration_ms = acknowledgement.exchange.duration_ms
            if attempt.beneficiary:
                attempt.originator_id = acknowledgement.originator_id[:100]
            attempts.append(attempt)
        adopted = _adopted(attempts)
        DisbursementRetryLog.objects.acknowledge(attempts)
        still_sending = [
            rows[attempt.disbursement_id]
            for attempt in attempts
            if _waits_for(rows[attempt.disbursement_id], attempt)
        ]
        states.advance_many(
            still_sending, to=DisbursementStatus.ACCEPTED, at=at, because="the provider took it",
            lease_until=None, ask_at=at + clock.minutes(asking.FIRST_RUNGS_MINUTES[0]),
        )  # fmt: skip
        for attempt in attempts:
            if attempt.pk in adopted:
                adopt_ids.compare(
                    rows[attempt.disbursement_id], adopted[attempt.pk], attempt.originator_id,
                    at=at,
                )  # fmt: skip
        Call.objects.bulk_create(
            call_of(claimed.disbursement, acknowledgement.exchange, kind="payout")
            for claimed, acknowledgement in answered
        )


def record_transferred(answered: Sequence[tuple[Claimed, Transferred]], *, at: datetime) -> None:
    """Stripe paid these: `sending` becomes `completed`, with the transfer's id as receipt."""
    if not answered:
        return
    with transaction.atomic(durable=True):
        rows = _locked([claimed.disbursement.pk for claimed, _ in answered])
        attempts = DisbursementRetryLog.objects.select_for_update().in_bulk(
            [claimed.attempt.pk for claimed, _ in answered]
        )
        for claimed, paid in answered:
            attempt = attempts[claimed.attempt.pk]
            attempt.acknowledged_at = at
            attempt.conversation_id = paid.exchange.request_id[:100]
            attempt.duration_ms = paid.exchange.duration_ms
        DisbursementRetryLog.objects.acknowledge(list(attempts.values()))
        record_many_paid(
            [
                (rows[claimed.disbursement.pk], attempts[claimed.attempt.pk], paid.transfer)
                for claimed, paid in answered
            ],
            at=at, because="Stripe paid it",
        )  # fmt: skip
        jobs.after_commit("payouts")
        Call.objects.bulk_create(
            call_of(claimed.disbursement, paid.exchange, kind="transfer")
            for claimed, paid in answered
        )


def _adopted(attempts: Sequence[DisbursementRetryLog]) -> dict[UUID, str]:
    """The ids that callbacks to businesses brought before these acknowledgements."""
    asked = [attempt.pk for attempt in attempts if attempt.beneficiary]
    if not asked:
        return {}
    found = DisbursementRetryLog.objects.filter(pk__in=asked, ids_adopted=True)
    return dict(found.values_list("pk", "originator_id"))


def record_error(*, claimed: Claimed, error: GatewayError, at: datetime) -> None:
    """Nothing was accepted, or nobody can tell: by the kind of error, and by the table."""
    with transaction.atomic(durable=True):
        row = _locked([claimed.disbursement.pk])[claimed.disbursement.pk]
        attempt = DisbursementRetryLog.objects.select_for_update().get(pk=claimed.attempt.pk)
        if error.exchange is not None:
            kind = "transfer" if attempt.destination else "payout"
            call_of(row, error.exchange, kind=kind).save()
        if not _waits_for(row, attempt) or attempt.outcome != AttemptOutcome.OPEN:
            return
        attempt.mpesa_response_code = error.code[:60]
        attempt.mpesa_response_description = error.text
        attempt.error_details = {"kind": type(error).__name__, "text": error.text}
        attempt.duration_ms = error.exchange.duration_ms if error.exchange else None
        attempt.save(
            update_fields=[
                "mpesa_response_code", "mpesa_response_description", "error_details",
                "duration_ms",
            ]
        )  # fmt: skip
        _follow(row, attempt, error, at)


def _follow(
    row: DisbursementRequest, attempt: DisbursementRetryLog, error: GatewayError, at: datetime
) -> None:
    if isinstance(error, Unreachable):
        _try_again_soon(row, attempt, error, at)
        return
    if isinstance(error, Declined) and _refused(row, attempt, error, at):
        return
    # Only B2C knows our reference, so only there can it have this one already.
    taken = DUPLICATE_TEXT in error.text.casefold() and bool(row.msisdn)
    states.advance(
        row, to=DisbursementStatus.ACCEPTED if taken else DisbursementStatus.UNKNOWN, at=at,
        because="the provider has this reference already" if taken
        else f"no clear answer: {error}"[:500],
        lease_until=None, ask_at=at + clock.minutes(asking.FIRST_RUNGS_MINUTES[0]),
    )  # fmt: skip


def _refused(
    row: DisbursementRequest, attempt: DisbursementRetryLog, error: Declined, at: datetime
) -> bool:
    """Whether the refusal is the proof that nothing was paid."""
    if attempt.destination:
        return record_refusal(row, attempt, error, at=at)
    return prove.refused(row, attempt, error, api="http", at=at)


def _try_again_soon(
    row: DisbursementRequest, attempt: DisbursementRetryLog, error: GatewayError, at: datetime
) -> None:
    """It surely was not accepted: no retry is used up, and the waits grow to 15 minutes."""
    earlier = DisbursementRetryLog.objects.filter(
        disbursement=row, counted=False, retry_attempt__gte=row.attempts_made - UNSENT_LOOK_BACK
    ).count()
    if earlier >= UNREACHABLE_TRIES_TOLD:
        number, times = row.shortcode.number, earlier + 1
        raise_alert(
            kind=UNREACHABLE_ALERT, key=number, at=at,
            text=f"Payouts from {number} did not reach {rail_words.provider(row.rail)} {times} "
            f"times: {error}"[:500],
        )  # fmt: skip
    wait = unsent_wait(earlier, jitter=random.random())  # noqa: S311 - spreads load, no secret
    prove.unsent(row, attempt, at=at, wait=clock.scaled(wait), because=str(error)[:500])


def _waits_for(row: DisbursementRequest, attempt: DisbursementRetryLog) -> bool:
    return row.status == DisbursementStatus.SENDING and row.attempts_made == attempt.retry_attempt


def _locked(ids: list[UUID]) -> dict[UUID, DisbursementRequest]:
    rows = (
        DisbursementRequest.objects.select_for_update(of=("self",))
        .select_related("shortcode")
        .filter(pk__in=ids)
        .order_by("id")
    )
    return {row.pk: row for row in rows}
