"""Reads: how the second leg of payments stands: what is forwarded to the owner."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from disbursements.models import DisbursementRequest, DisbursementRetryLog
from rents.models import Forward, ForwardPart
from rents.states import ForwardStatus, LegacyStatus
from vault.models import Method, PaidTo, Payment
from vault.states import PaymentStatus

ORIGIN = "rent"
LEGACY: dict[str, LegacyStatus] = {
    ForwardStatus.PROCESSING: LegacyStatus.PROCESSING,
    ForwardStatus.COMPLETED: LegacyStatus.COMPLETED,
    ForwardStatus.FAILED: LegacyStatus.FAILED,
}


@dataclass(frozen=True, kw_only=True)
class Leg:
    """Where what is owed of a payment is. `amount_minor` is what goes to the owner.

    `transaction_id` is the receipt of the transfer, `at` when the owner had the money.
    """

    status: LegacyStatus
    amount_minor: int
    forward: Forward | None = None
    disbursement: DisbursementRequest | None = None
    transaction_id: str = ""
    conversation_id: str = ""
    at: datetime | None = None
    failure: str = ""


def legs(payments: Iterable[Payment]) -> dict[UUID, Leg]:
    """The leg of each of these, by the payment's id, in two queries."""
    rows = list(payments)
    parts = {
        part.payment_id: part
        for part in ForwardPart.objects.filter(
            payment__in=[row.pk for row in rows], released_at=None
        ).select_related("forward__disbursement__shortcode")
    }
    spoken = _conversations([part.forward.disbursement for part in parts.values()])
    return {row.pk: _leg(row, parts.get(row.pk), spoken) for row in rows}


def leg(payment: Payment) -> Leg:
    """The leg of one payment."""
    return legs([payment])[payment.pk]


def is_not_forwarded(payment: Payment) -> bool:
    """Whether nothing of it is ever forwarded from here: cash, paid outside, given back."""
    return (
        payment.status == PaymentStatus.RETURNED
        or payment.method == Method.CASH
        or payment.paid_to == PaidTo.NOWHERE
        or payment.owed_minor == 0
    )


def _leg(payment: Payment, part: ForwardPart | None, spoken: dict[tuple[UUID, int], str]) -> Leg:
    if part is None:
        waits = LegacyStatus.NOT_REQUIRED if is_not_forwarded(payment) else LegacyStatus.PENDING
        return Leg(status=waits, amount_minor=payment.owed_minor or 0)
    forward = part.forward
    payout = forward.disbursement
    status = LEGACY[forward.status]
    return Leg(
        status=status,
        amount_minor=part.amount_minor,
        forward=forward,
        disbursement=payout,
        transaction_id=(payout.receipt or "") if status == LegacyStatus.COMPLETED else "",
        conversation_id=spoken.get((payout.pk, payout.attempts_made), ""),
        at=forward.completed_at,
        failure=forward.failure_text,
    )


def _conversations(payouts: Iterable[DisbursementRequest]) -> dict[tuple[UUID, int], str]:
    """What the provider called each attempt, by payout and number of the attempt."""
    ids = [payout.pk for payout in payouts]
    logs = DisbursementRetryLog.objects.filter(disbursement__in=ids) if ids else []
    return {(log.disbursement_id, log.retry_attempt): log.conversation_id for log in logs}
