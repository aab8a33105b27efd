"""Try again what failed: its payout by the engine's verb, or a new one to where it goes now."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import transaction

from core import states
from core.callers import Caller
from core.refusals import Refused, checked_reason
from disbursements.models import DisbursementRequest
from disbursements.operations import replace
from disbursements.operations.instruct import BadInstruction
from disbursements.operations.on_behalf import CannotBeDone, give_up, send_again
from disbursements.operations.propose_settlement import locked_payout
from rents.models import Forward, ForwardPart
from rents.operations import reach
from rents.operations.follow import follow_one
from rents.operations.hand_over import instruction_to
from rents.operations.reach import AlreadyForwarded, CannotForward
from rents.queries.receivers import paid_by, receiver_now
from rents.states import ForwardStatus
from vault.rules.receivers import NOWHERE, Receiver

USUAL_REASON = "all failed transfers retried"
RETRIED_MAX = 500


@dataclass(frozen=True, kw_only=True)
class RetryError:
    """A payment whose transfer could not be tried again, and why."""

    payment_id: UUID
    error: str


@dataclass(frozen=True, kw_only=True)
class Results:
    """In payments, as the answer of the API counts them."""

    total: int
    successful: int
    failed: int
    errors: list[RetryError] = field(default_factory=list)


def retry_failed(*, caller: Caller, at: datetime, reason: str = "") -> Results:
    """Try every failed transfer of the caller's partners again, RETRIED_MAX at the most.

    Administrators only: it demands `vault.change_owner` beside `vault.forward_payment`, which
    together only their role has. Raises NotAllowed, CannotForward.
    """
    demand_may_retry_all(caller)
    said = checked_reason(reason or USUAL_REASON, example=reach.REASON_EXAMPLE)
    errors: list[RetryError] = []
    total = 0
    for forward_id in failed_of(caller)[:RETRIED_MAX]:
        payment_ids = _payments_in(forward_id)
        total += len(payment_ids)
        try:
            retry_one(
                forward_id=forward_id, reason=said, actor=caller.actor, origin=caller.origin, at=at
            )
        except Refused as error:
            errors += [RetryError(payment_id=each, error=str(error)) for each in payment_ids]
    return Results(total=total, successful=total - len(errors), failed=len(errors), errors=errors)


def demand_may_retry_all(caller: Caller) -> None:
    """Raises NotAllowed."""
    caller.demand(reach.PERMISSION)
    caller.demand(reach.RETRY_ALL_PERMISSION)


def failed_of(caller: Caller) -> list[UUID]:
    """The failed transfers of the caller's partners, oldest first."""
    rows = Forward.objects.filter(status=ForwardStatus.FAILED)
    if caller.partners is not None:
        rows = rows.filter(partner_id__in=caller.partners)
    return list(rows.order_by("status_at", "id").values_list("pk", flat=True))


def retry_one(*, forward_id: UUID, reason: str, actor: str, origin: str, at: datetime) -> Forward:
    """One transfer that failed; who may is the caller's to demand.

    Where the owner is paid elsewhere by now, the payout is replaced; otherwise it is sent again,
    past its limit of retries. Raises AlreadyForwarded, CannotForward.
    """
    follow_one(forward_id=forward_id, at=at)
    forward = Forward.objects.select_related("disbursement", "owner").get(pk=forward_id)
    if forward.status != ForwardStatus.FAILED:
        raise AlreadyForwarded(_standing(forward))
    receiver = _only_receiver(forward)
    if receiver == paid_by(forward.disbursement):
        try:
            send_again(forward.disbursement, reason=reason, actor=actor, origin=origin, at=at)
        except CannotBeDone as error:
            raise CannotForward(str(error)) from None
    else:
        _send_elsewhere(forward.pk, receiver, reason=reason, actor=actor, at=at)
    follow_one(forward_id=forward_id, at=at)
    return Forward.objects.select_related("disbursement").get(pk=forward_id)


def _send_elsewhere(
    forward_id: UUID, receiver: Receiver, *, reason: str, actor: str, at: datetime
) -> DisbursementRequest:
    anyone = Caller(actor=actor, origin="", partners=None, permissions=None)
    with transaction.atomic():
        forward = (
            Forward.objects.select_for_update(of=("self",))
            .select_related("owner")
            .get(pk=forward_id)
        )
        row = locked_payout(forward.disbursement_id, anyone)
        parts = ForwardPart.objects.filter(forward=forward, released_at=None).count()
        try:
            give_up(row, reason=reason, actor=actor, at=at)
            child = replace.send_elsewhere(
                row,
                instruction=instruction_to(
                    receiver=receiver, forward=forward, payee_name=forward.owner.name,
                    parts=parts,
                ),
                reason=reason, actor=actor, at=at,
            )  # fmt: skip
        except CannotBeDone as error:
            raise CannotForward(f"{row.client_reference} is not replaced: {error}") from None
        except (BadInstruction, replace.CannotReplace) as error:
            raise CannotForward(str(error)) from None
        states.note(
            forward, at=at, actor=actor,
            because=f"sent to where the owner is paid now, {child.client_reference}: {reason}",
        )  # fmt: skip
        return child


def _only_receiver(forward: Forward) -> Receiver:
    """Where all its parts go today. Raises CannotForward where that is not one place."""
    parts = ForwardPart.objects.filter(forward=forward, released_at=None)
    found = {
        receiver_now(part.payment)
        for part in parts.select_related("payment__property__owner", "payment__owner")
    }
    if len(found) != 1 or next(iter(found)).paid_to == NOWHERE:
        raise CannotForward(
            "its rents go to different receivers by now: release it, and they are forwarded anew"
        )
    return found.pop()


def _standing(forward: Forward) -> str:
    payout = forward.disbursement
    if forward.status == ForwardStatus.COMPLETED:
        return f"it was forwarded: the owner has the money, receipt {payout.receipt}"
    if forward.status == ForwardStatus.RELEASED:
        return "its transfer was taken back: it is forwarded anew"
    return f"it is being forwarded: its payout {payout.client_reference} is {payout.status}"


def _payments_in(forward_id: UUID) -> Sequence[UUID]:
    parts = ForwardPart.objects.filter(forward=forward_id, released_at=None).order_by("pk")
    return list(parts.values_list("payment_id", flat=True))
