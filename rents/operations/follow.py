"""Follow the payouts of transfers: what they came to is what the transfer has come to."""

import logging
from datetime import datetime
from uuid import UUID

from django.db import transaction

import ledger.operations as books
from core import clock, states
from core.alerts import raise_alert
from core.models import AlertSeverity
from disbursements.models import DisbursementRequest
from disbursements.queries.of_origin import NOT_PAID, PAID, another_may_have_paid
from disbursements.states import DisbursementStatus
from ledger import chart
from rents.models import Forward
from rents.operations.hand_over import paid_reference
from rents.operations.let_go import let_go
from rents.queries import payouts
from rents.queries.legs import ORIGIN
from rents.states import ForwardStatus

logger = logging.getLogger(__name__)

BATCH = 500
BUDGET_S = 40.0
RETURNED_ALERT = "forward_came_back"
PAID_AFTER_RELEASE_ALERT = "forward_paid_after_release"
PAID_AFTER_RELEASE = "It was paid although it was taken back: its rents may be paid twice"
S = DisbursementStatus


def follow(*, at: datetime) -> int:
    """Take over what the payouts came to, oldest news first; returns how many moved."""
    ends_s, moved, unexpected = clock.stopwatch_s() + BUDGET_S, 0, None
    for forward_id in payouts.with_news().values_list("pk", flat=True)[:BATCH]:
        try:
            moved += follow_one(forward_id=forward_id, at=at)
        except Exception as error:
            logger.exception("Forward %s could not be followed", forward_id)
            unexpected = unexpected or error
        if clock.stopwatch_s() > ends_s:
            break
    _tell_what_came_back(at)
    _tell_what_was_paid_after_release(at)
    if unexpected is not None:
        raise unexpected
    return moved


def follow_one(*, forward_id: UUID, at: datetime) -> bool:
    """The same of one; whether anything was new."""
    with transaction.atomic():
        forward = (
            Forward.objects.select_for_update(of=("self",))
            .select_related("disbursement", "owner")
            .get(pk=forward_id)
        )
        if forward.status not in (ForwardStatus.PROCESSING, ForwardStatus.FAILED):
            return False
        payout = payouts.payout_that_counts(forward)
        replaced = payout.pk != forward.disbursement_id
        if replaced:
            forward.disbursement = payout
            forward.save(update_fields=["disbursement"])
            states.note(forward, at=at, because=f"its payout is now {payout.client_reference}")
        return _take_over(forward, payout, at) or replaced


def is_of_rent(*, payout_id: str) -> bool:
    """Whether a transfer hangs on this payout."""
    return DisbursementRequest.objects.filter(pk=payout_id, origin=ORIGIN).exists()


def _take_over(forward: Forward, payout: DisbursementRequest, at: datetime) -> bool:
    if payout.status in PAID:
        _arrived(forward, payout, at)
        return True
    if payout.status == S.CANCELLED and not another_may_have_paid(payout):
        because = f"its payout {payout.client_reference} was cancelled"
        let_go(forward, because=because, at=at, again=True)
        return True
    failed = payout.status in NOT_PAID
    if failed == (forward.status == ForwardStatus.FAILED):
        return False
    if failed:
        text = payout.failure_text or payout.retry_reason or payout.failure_code
        states.advance(
            forward, to=ForwardStatus.FAILED, at=at, failure_text=text,
            because=f"its payout is {payout.status}: {text}",
        )  # fmt: skip
        return True
    states.advance(
        forward, to=ForwardStatus.PROCESSING, at=at, because=f"its payout is {payout.status}",
        failure_text="",
    )  # fmt: skip
    return True


def _arrived(forward: Forward, payout: DisbursementRequest, at: datetime) -> None:
    states.advance(
        forward, to=ForwardStatus.COMPLETED, at=at, because=f"paid, receipt {payout.receipt}",
        completed_at=payout.completed_at or at, failure_text="",
    )  # fmt: skip
    books.post(
        lines=[
            books.Debit(
                chart.forwarding(forward.owner_id, forward.currency), forward.amount_minor
            ),
            books.Credit(
                chart.partner_payouts(forward.partner_id, forward.currency), forward.amount_minor
            ),
        ],
        reference=paid_reference(forward.pk),
        description=f"rent of {forward.owner.name} arrived, receipt {payout.receipt}",
        at=at,
    )


def _tell_what_came_back(at: datetime) -> None:
    """Each once: the text on the transfer says that it was told."""
    for forward in payouts.came_back().select_related("disbursement", "owner")[:BATCH]:
        text = "The money came back: a person must say how the owner gets it"
        with transaction.atomic():
            if not Forward.objects.filter(pk=forward.pk, failure_text="").update(
                failure_text=text
            ):
                continue
            states.note(forward, at=at, because=text)
            raise_alert(
                kind=RETURNED_ALERT, key=str(forward.pk), severity=AlertSeverity.CRITICAL, at=at,
                text=f"{forward.disbursement.client_reference} came back from "
                f"{forward.owner.name}",
            )  # fmt: skip


def _tell_what_was_paid_after_release(at: datetime) -> None:
    """Each once, in the same way."""
    for forward in payouts.paid_after_release(told=PAID_AFTER_RELEASE)[:BATCH]:
        paid = payouts.payout_that_counts(forward)
        with transaction.atomic():
            Forward.objects.filter(pk=forward.pk).update(failure_text=PAID_AFTER_RELEASE)
            states.note(forward, at=at, because=f"{paid.client_reference} was paid after all")
            raise_alert(
                kind=PAID_AFTER_RELEASE_ALERT, key=str(forward.pk), at=at,
                severity=AlertSeverity.CRITICAL,
                text=f"{paid.client_reference} was paid after its transfer {forward.pk} was taken "
                "back: see whether its rents were forwarded again, and stop that if it can be",
            )  # fmt: skip
