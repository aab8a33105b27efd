"""Take a transfer back before it is paid: its rents are owed again and wait for a person."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from core import states
from core.callers import Caller
from core.refusals import checked_reason
from disbursements.models import BulkVerb, DisbursementRequest
from disbursements.operations import bulk, replace
from disbursements.operations.correct import why_not_replaced
from disbursements.operations.on_behalf import NEVER_SENT, WAITS, CannotBeDone, give_up
from disbursements.operations.propose_settlement import locked_payout
from disbursements.queries.of_origin import another_may_have_paid
from disbursements.states import DisbursementStatus
from rents.models import Forward
from rents.operations import reach
from rents.operations.follow import follow_one
from rents.operations.hand_over import instruction_to
from rents.operations.let_go import let_go
from rents.operations.reach import CannotRelease, NoSuchForward
from rents.queries.receivers import paid_by
from rents.states import ForwardStatus

ANOTHER_MAY_HAVE_PAID = "a payout that it replaces may have been paid: settle that first"


def release(*, forward_id: UUID, reason: str, caller: Caller, at: datetime) -> Forward:
    """Only what was never sent or is proven not paid; its payout is never sent afterwards.

    The rents are not forwarded by themselves again: take back the allocation, or forward them.
    Released again, it is as it was. Raises NoSuchForward, NotAllowed, CannotRelease,
    CannotForward (for the reason).
    """
    caller.demand(reach.PERMISSION)
    said = checked_reason(reason, example=reach.REASON_EXAMPLE)
    _seen(forward_id, caller)
    follow_one(forward_id=forward_id, at=at)
    with transaction.atomic():
        forward = (
            Forward.objects.select_for_update(of=("self",))
            .select_related("owner")
            .get(pk=forward_id)
        )
        if forward.status == ForwardStatus.RELEASED:
            return forward
        if forward.status == ForwardStatus.COMPLETED:
            raise CannotRelease("the owner has the money")
        _stop(locked_payout(forward.disbursement_id, caller), forward, said, caller, at)
        let_go(forward, because=f"released: {said}", at=at, actor=caller.actor, again=False)
        return forward


def why_not_released(forward: Forward, *, at: datetime) -> str:
    """Why it cannot be taken back now; empty when it seems so. `release` looks again, locked."""
    payout = forward.disbursement
    if forward.status in (ForwardStatus.RELEASED, ForwardStatus.COMPLETED):
        return f"it is {forward.status}"
    if another_may_have_paid(payout):
        return ANOTHER_MAY_HAVE_PAID
    if payout.status in NEVER_SENT:
        return ""
    if payout.status in WAITS:
        return bulk.why_not(payout, at=at)[BulkVerb.STOP_RETRYING]
    return why_not_replaced(payout)


def _seen(forward_id: UUID, caller: Caller) -> None:
    rows = Forward.objects.filter(pk=forward_id)
    if caller.partners is not None:
        rows = rows.filter(partner_id__in=caller.partners)
    if not rows.exists():
        raise NoSuchForward(f"there is no transfer {forward_id}", field="forward")


def _stop(
    payout: DisbursementRequest, forward: Forward, reason: str, caller: Caller, at: datetime
) -> None:
    """See to it that the payout is never sent. Raises CannotRelease when it may have paid."""
    if another_may_have_paid(payout):
        raise CannotRelease(f"{payout.client_reference} stays: {ANOTHER_MAY_HAVE_PAID}")
    if payout.status in NEVER_SENT:
        states.advance(
            payout, to=DisbursementStatus.CANCELLED, at=at, actor=caller.actor,
            because=f"cancelled with its transfer: {reason}",
        )  # fmt: skip
        return
    try:
        give_up(payout, reason=reason, actor=caller.actor, at=at)
        child = replace.withdraw(
            payout,
            instruction=instruction_to(
                receiver=paid_by(payout), forward=forward, payee_name=forward.owner.name, parts=1
            ),
            reason=reason, actor=caller.actor, at=at,
        )  # fmt: skip
    except CannotBeDone as error:
        raise CannotRelease(f"{payout.client_reference} goes on: {error}") from None
    except replace.CannotReplace as error:
        raise CannotRelease(str(error)) from None
    forward.disbursement = child
    forward.save(update_fields=["disbursement"])
