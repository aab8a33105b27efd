"""Take a paid transfer back, in whole or in part: one person proposes it, another approves.

What was approved is sent by send_reversals.py.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from core import jobs, money, states
from core.callers import Caller, NotAllowed
from core.refusals import Refused, checked_reason
from disbursements.models import DisbursementRequest, TransferReversal
from disbursements.operations import match
from disbursements.operations.propose_settlement import demand_person, locked_payout
from disbursements.queries.reversals import UNDER_WAY
from disbursements.states import DisbursementStatus, ReversalStatus
from gateways.interface import Rail, is_transferable

PROPOSE = "disbursements.propose_transferreversal"
APPROVE = "disbursements.approve_transferreversal"
OPEN = (ReversalStatus.PROPOSED, *UNDER_WAY)
EXAMPLE = "paid to the wrong user, who agreed to it"
Found = tuple[TransferReversal, DisbursementRequest]


class NoSuchReversal(Refused):
    """There is no such proposal among those that the caller may see."""


class CannotReverse(Refused):
    """There is nothing, or not so much, to take back; nothing was changed."""


class SamePerson(NotAllowed):
    """Who proposed it cannot approve it."""


class ReversalDecided(Refused):
    """It was approved or rejected already."""


def propose_reversal(
    *,
    disbursement_id: UUID,
    amount_minor: int | None,
    reason: str,
    caller: Caller,
    at: datetime,
) -> TransferReversal:
    """Write the wish down; `amount_minor` None is all that has not come back yet.

    The same wish of the same person again is the same row. Raises NotAllowed, NoSuchPayout,
    CannotReverse, Refused for the reason.
    """
    demand_person(caller, PROPOSE, signs="A reversal")
    said = checked_reason(reason, example=EXAMPLE)
    with transaction.atomic():
        row = locked_payout(disbursement_id, caller)
        wanted_minor = _amount(row, amount_minor)
        earlier = TransferReversal.objects.filter(disbursement=row, status__in=OPEN).first()
        if earlier is not None:
            return _same_or_refuse(earlier, wanted_minor, said, caller)
        reversal = TransferReversal(
            disbursement=row, amount_minor=wanted_minor, currency=row.currency, reason=said,
            status=ReversalStatus.PROPOSED, status_at=at, proposed_by=caller.actor,
            proposed_at=at,
        )  # fmt: skip
        because = f"proposed ({caller.origin}): {said}"
        states.begin([reversal], at=at, because=because, actor=caller.actor)
        shown = money.shown(wanted_minor, row.currency)
        _note(row, reversal, f"proposed to take {shown} back: {said}", caller.actor, at)
        return reversal


def approve_reversal(
    *, reversal_id: UUID, reason: str, caller: Caller, at: datetime
) -> TransferReversal:
    """Agree: it is sent from now on. The same approval again answers with the same row.

    Everything is judged anew under the payout's lock. Raises NotAllowed, SamePerson,
    NoSuchReversal, ReversalDecided, CannotReverse, Refused for the reason.
    """
    demand_person(caller, APPROVE, signs="A reversal")
    said = checked_reason(reason, example=EXAMPLE)
    with transaction.atomic():
        reversal, row = _locked(reversal_id, caller)
        if reversal.proposed_by.casefold() == caller.actor.casefold():
            raise SamePerson("You proposed this reversal: another person must approve it")
        if _decided_so(reversal, caller, approved=True):
            return reversal
        _amount(row, reversal.amount_minor)
        _decide(reversal, ReversalStatus.SENDING, said, caller, at, ask_at=at)
        shown = money.shown(reversal.amount_minor, row.currency)
        _note(row, reversal, f"taking {shown} back is approved: {said}", caller.actor, at)
        jobs.after_commit("reversals")
        return reversal


def reject_reversal(
    *, reversal_id: UUID, reason: str, caller: Caller, at: datetime
) -> TransferReversal:
    """Refuse the proposal; its proposer may take it back. The payout stays as it is.

    Raises NotAllowed, NoSuchReversal, ReversalDecided, Refused for the reason.
    """
    said = checked_reason(reason, example=EXAMPLE)
    with transaction.atomic():
        reversal, row = _locked(reversal_id, caller)
        own = reversal.proposed_by == caller.actor
        demand_person(caller, PROPOSE if own else APPROVE, signs="A reversal")
        if _decided_so(reversal, caller, approved=False):
            return reversal
        _decide(reversal, ReversalStatus.REJECTED, said, caller, at)
        verb = "withdrawn" if own else "rejected"
        _note(row, reversal, f"the proposed reversal was {verb}: {said}", caller.actor, at)
        return reversal


def _amount(row: DisbursementRequest, amount_minor: int | None) -> int:
    """What to take back of this payout. Raises CannotReverse."""
    if row.rail != Rail.STRIPE_TRANSFER:
        raise CannotReverse(
            "only a transfer through Stripe can be taken back, and M-Pesa's cannot", field="id"
        )
    if row.status != DisbursementStatus.COMPLETED:
        raise CannotReverse(f"it is {row.status}: only what is completed can be taken back")
    left_minor = row.amount_minor - row.returned_minor
    wanted_minor = left_minor if amount_minor is None else amount_minor
    left = money.plain(left_minor, row.currency)
    if not 0 < wanted_minor <= left_minor:
        raise CannotReverse(
            f"{money.plain(wanted_minor, row.currency)} cannot be taken back: write more than 0, "
            f"and {left} at the most, for that has not come back yet",
            field="amount",
        )
    if not is_transferable(wanted_minor, row.currency):
        raise CannotReverse(
            f"Stripe moves {row.currency} in steps of 0.010, such as {left}", field="amount"
        )
    return wanted_minor


def _same_or_refuse(
    earlier: TransferReversal, amount_minor: int, reason: str, caller: Caller
) -> TransferReversal:
    told = (earlier.amount_minor, earlier.reason, earlier.proposed_by)
    if told == (amount_minor, reason, caller.actor):
        return earlier
    state = "must be approved or rejected" if earlier.status == OPEN[0] else "must end"
    raise CannotReverse(
        f"{earlier.proposed_by} has proposed a reversal of this payout already: it {state} first"
    )


def _locked(reversal_id: UUID, caller: Caller) -> Found:
    """The payout, then the proposal, locked in this order. Raises NoSuchReversal."""
    found = TransferReversal.objects.filter(pk=reversal_id)
    if caller.partners is not None:
        found = found.filter(disbursement__partner_id__in=caller.partners)
    reversal = found.first()
    if reversal is None:
        raise NoSuchReversal(f"there is no reversal {reversal_id}", field="id")
    return locked_reversal(reversal)


def locked_reversal(reversal: TransferReversal) -> Found:
    """The proposal and its payout, locked: the payout always first."""
    row = match.locked_row(reversal.disbursement_id)
    return TransferReversal.objects.select_for_update().get(pk=reversal.pk), row


def _decided_so(reversal: TransferReversal, caller: Caller, *, approved: bool) -> bool:
    """Whether this person decided it so before. Raises ReversalDecided for any other decision."""
    if reversal.status == ReversalStatus.PROPOSED:
        return False
    was_approved = reversal.status != ReversalStatus.REJECTED
    if was_approved == approved and reversal.decided_by == caller.actor:
        return True
    verb = "approved" if was_approved else "rejected"
    raise ReversalDecided(f"This reversal was {verb} by {reversal.decided_by} already")


def _decide(
    reversal: TransferReversal,
    status: ReversalStatus,
    reason: str,
    caller: Caller,
    at: datetime,
    *,
    ask_at: datetime | None = None,
) -> None:
    verb = "approved" if status == ReversalStatus.SENDING else "rejected"
    states.advance(
        reversal, to=status, at=at, because=f"{verb} by {caller.origin}: {reason}",
        actor=caller.actor, decided_by=caller.actor, decided_at=at, decision_reason=reason,
        ask_at=ask_at,
    )  # fmt: skip


def _note(
    row: DisbursementRequest,
    reversal: TransferReversal,
    because: str,
    actor: str,
    at: datetime,
) -> None:
    states.note(row, at=at, because=because, actor=actor, details={"reversal": str(reversal.pk)})
