"""What Stripe says of a transfer, put on record: the one place where it settles a payout.

Answers, look-ups and notices all come here. That a transfer exists means that it paid; only a
refusal says that it did not.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime

from core import jobs, money, states
from core.alerts import raise_alert
from core.models import AlertSeverity
from disbursements.models import (
    AttemptOutcome,
    DisbursementRequest,
    DisbursementRetryLog,
    Proof,
)
from disbursements.operations import (
    accounts,
    contradict,
    match,
    prove,
    returned,
    settle,
    settle_many,
)
from disbursements.operations.claim_transfers import mark
from disbursements.rules.receiving import REFUSALS
from disbursements.states import DisbursementStatus
from gateways import registry
from gateways.errors import Declined
from gateways.interface import Delivery, Rail, Transfer

DUPLICATE_ALERT = "duplicate_transfer"
Said = tuple[DisbursementRequest, DisbursementRetryLog, Transfer]


def record_paid(
    row: DisbursementRequest,
    attempt: DisbursementRetryLog,
    transfer: Transfer,
    *,
    at: datetime,
    because: str,
    actor: str = states.SYSTEM,
) -> Delivery:
    """Stripe has this transfer, said to be of this attempt: paid, or what contradicts it.

    In the caller's transaction, with both rows locked.
    """
    if row.receipt is not None:
        return _once_more(row, transfer, at=at, because=because, actor=actor)
    if oddity := _misfit(row, attempt, transfer):
        match.report_misfit(row, oddity, at=at)
        contradict.odd_success(row, attempt, oddity, at=at)
        return contradict.for_a_person(row, f"a transfer exists, but {oddity}", at=at)
    if attempt.outcome == AttemptOutcome.NOT_PAID:
        if attempt.success_reported_at is None:
            text = f"transfer {transfer.provider_id}"
            return contradict.paid_after_failure(row, attempt, text, at=at)
        if not _may_settle_late(row, attempt):
            text = f"attempt {attempt.retry_attempt} was paid too: {transfer.provider_id}"
            return contradict.noted(row, text, at=at)
    settle.complete(
        row, attempt, receipt=transfer.provider_id, completed_at=transfer.created_at, at=at,
        because=because, actor=actor,
    )  # fmt: skip
    _note_returned(row, transfer, at=at, because=because, actor=actor)
    return Delivery.APPLIED


def record_many_paid(said: Sequence[Said], *, at: datetime, because: str) -> None:
    """The same of many, at once where there is nothing odd about them."""
    known = Counter(transfer.provider_id for _, _, transfer in said)
    known.update(_on_record(known))
    plain: list[settle_many.Paid] = []
    others: list[Said] = []
    for row, attempt, transfer in said:
        alone = known[transfer.provider_id] == 1 and not transfer.reversed_minor
        fits = not _difference(row, attempt, transfer)
        if alone and fits and settle_many.is_plain(row, attempt, at=at):
            plain.append(
                settle_many.Paid(
                    row=row, attempt=attempt, receipt=transfer.provider_id,
                    completed_at=transfer.created_at,
                )
            )  # fmt: skip
        else:
            others.append((row, attempt, transfer))
    settle_many.complete_many(plain, at=at, because=because)
    for row, attempt, transfer in others:
        record_paid(
            row, attempt, transfer, at=at, because=f"{because}: transfer {transfer.provider_id}"
        )


def _on_record(receipts: Collection[str]) -> list[str]:
    """Those of them that a payout has already."""
    found = DisbursementRequest.objects.filter(rail=Rail.STRIPE_TRANSFER, receipt__in=receipts)
    return [receipt for receipt in found.values_list("receipt", flat=True) if receipt]


def record_refusal(
    row: DisbursementRequest, attempt: DisbursementRetryLog, error: Declined, *, at: datetime
) -> bool:
    """Whether the refusal proves that the attempt did not pay; then what follows is done.

    In the caller's transaction, with both rows locked; the attempt is open.
    """
    if not prove.refused(row, attempt, error, api=registry.result_api(Rail(row.rail)), at=at):
        return False
    jobs.after_commit("payouts")
    if error.code in REFUSALS:
        if row.status == DisbursementStatus.PARKED:
            mark([row.pk], code=error.code, at=at)
        accounts.refused(row, code=error.code, at=at)
    return True


def _once_more(
    row: DisbursementRequest, transfer: Transfer, *, at: datetime, because: str, actor: str
) -> Delivery:
    """It is paid already: the same transfer may have come back; another one is one too many."""
    if row.receipt == transfer.provider_id:
        _note_returned(row, transfer, at=at, because=because, actor=actor)
        return Delivery.DUPLICATE
    second = transfer.provider_id
    raise_alert(
        kind=DUPLICATE_ALERT, key=second, severity=AlertSeverity.CRITICAL, at=at,
        text=f"{row.client_reference} was paid twice: by {row.receipt}, and again by {second}. "
        f"Take the second one back: reverse {second} in the Stripe Dashboard.",
        details={"payout": str(row.pk), "receipt": row.receipt, "second": second},
    )  # fmt: skip
    return contradict.noted(row, f"another transfer, {second}", at=at)


def _misfit(row: DisbursementRequest, attempt: DisbursementRetryLog, transfer: Transfer) -> str:
    """What the transfer says differently from what was ordered; empty when it fits."""
    return _difference(row, attempt, transfer) or match.misfit(
        row, receipt=transfer.provider_id, amount_minor=transfer.amount_minor, receiver=""
    )


def _difference(
    row: DisbursementRequest, attempt: DisbursementRetryLog, transfer: Transfer
) -> str:
    """As far as it can be seen without asking the database."""
    if transfer.transfer_id != str(row.pk):
        return "the transfer is of another payout"
    if transfer.currency != row.currency:
        return f"{transfer.currency} paid, but {row.currency} instructed"
    if transfer.destination != attempt.destination:
        return f"{transfer.destination} was paid, not {attempt.destination}"
    if transfer.amount_minor != row.amount_minor:
        paid = money.shown(transfer.amount_minor, row.currency)
        return f"{paid} paid, but {money.shown(row.amount_minor, row.currency)} instructed"
    return "" if transfer.provider_id else "a transfer without an id"


def _may_settle_late(row: DisbursementRequest, attempt: DisbursementRetryLog) -> bool:
    """Said twice to be paid, against a proof that was not persons', and nothing sent since."""
    return (
        row.status == DisbursementStatus.UNKNOWN
        and attempt.proof != Proof.PERSON
        and match.is_current(row, attempt)
    )


def _note_returned(
    row: DisbursementRequest, transfer: Transfer, *, at: datetime, because: str, actor: str
) -> None:
    if transfer.reversed_minor > row.returned_minor:
        returned.note_returned(
            row, reversed_minor=transfer.reversed_minor, at=at, because=because, actor=actor
        )
