"""The first person says, with evidence, how a payout ended that nobody else can tell about."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from core import locks, states
from core.callers import Caller, NotAllowed
from core.refusals import Refused
from disbursements.models import (
    AttemptOutcome,
    DisbursementRequest,
    DisbursementRetryLog,
    SettledAs,
    Settlement,
)
from disbursements.operations import match
from disbursements.operations.claim import attempt_lock
from disbursements.operations.transfer_orders import last_sent_at
from disbursements.queries import settlements as reads
from disbursements.rules import settling
from disbursements.rules.intake import Problem
from disbursements.rules.transfer_keys import SETTLING
from disbursements.states import SettlementStatus

PERMISSION = "disbursements.settle_disbursementrequest"


class NoSuchPayout(Refused):
    """There is no such payout among those that the caller may see."""


class CannotSettle(Refused):
    """Its outcome is not open to persons; nothing was changed."""


class BadSettlement(Refused):
    """Fields are wrong; `problems` names each one."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        first = problems[0]
        super().__init__(first.message, field=first.field)
        self.problems = list(problems)


def propose(
    *,
    disbursement_id: UUID,
    settled_as: str,
    receipt: str = "",
    paid_at: datetime | None = None,
    evidence: str,
    reason: str,
    caller: Caller,
    at: datetime,
    attempt: int | None = None,
) -> Settlement:
    """Write the claim down; it changes nothing before another person agrees.

    `attempt` is the number of the attempt, needed only where several are in question. The same
    claim of the same person again is the same row. Raises NotAllowed, NoSuchPayout,
    CannotSettle, BadSettlement.
    """
    demand_person(caller, PERMISSION)
    with transaction.atomic():
        row = locked_payout(disbursement_id, caller)
        about = _attempt(row, attempt)
        claim: dict[str, Any] = {
            "settled_as": settled_as,
            # An id of Stripe's is another one in capitals.
            "receipt": receipt.strip() if row.payee_user else receipt.strip().upper(),
            "paid_at": paid_at,
            "evidence": evidence.strip(),
            "reason": reason.strip(),
        }
        wrong = settling.problems(
            **claim, sent_at=about.retry_timestamp, at=at, by_transfer=bool(row.payee_user)
        )
        if wrong:
            raise BadSettlement(wrong)
        earlier = reads.open_settlement(row)
        if earlier is not None:
            return _same_or_refuse(earlier, about, claim, caller)
        demand_nobody_sends(about)
        _demand_seen_since(about, settled_as=settled_as, at=at)
        demand_fits(row, about, settled_as=settled_as, receipt=claim["receipt"])
        settlement = Settlement(
            disbursement=row, attempt=about, status=SettlementStatus.PROPOSED, status_at=at,
            proposed_by=caller.actor, proposed_at=at, **claim,
        )  # fmt: skip
        _begin(settlement, row, caller, at)
        return settlement


def demand_person(caller: Caller, permission: str, *, signs: str = "A settlement") -> None:
    """Only a named member of staff: what settles money or takes it back is signed by somebody."""
    caller.demand(permission)
    if caller.permissions is None:
        raise NotAllowed(f"{signs} is signed by a named person: say who you are with --as")


def locked_payout(disbursement_id: UUID, caller: Caller) -> DisbursementRequest:
    """The payout, locked, if the caller may see it. Raises NoSuchPayout."""
    rows = DisbursementRequest.objects.select_for_update(of=("self",)).select_related(
        "shortcode", "partner"
    )
    if caller.partners is not None:
        rows = rows.filter(partner_id__in=caller.partners)
    row = rows.filter(pk=disbursement_id).first()
    if row is None:
        raise NoSuchPayout(f"there is no payout {disbursement_id}", field="id")
    return row


def demand_fits(
    row: DisbursementRequest, attempt: DisbursementRetryLog, *, settled_as: str, receipt: str
) -> None:
    """What is claimed as paid contradicts nothing on record. Raises CannotSettle."""
    if settled_as != SettledAs.PAID:
        return
    if oddity := match.misfit(row, receipt=receipt, amount_minor=None):
        raise CannotSettle(f"it does not fit: {oddity}", field="receipt")
    others = [each for each in reads.attempts_in_question(row) if each.pk != attempt.pk]
    if others and not match.is_current(row, attempt):
        number = others[0].retry_attempt
        raise CannotSettle(
            f"attempt {number} is in question too: settle that one first, or both may have paid"
        )


def demand_nobody_sends(attempt: DisbursementRetryLog) -> None:
    """A look-up at Stripe may send it once more, under the same key: it keeps the fence."""
    if attempt.destination and not locks.try_transaction_lock(attempt_lock(attempt)):
        raise CannotSettle("It is being looked up at this moment: try again in a minute")


def _demand_seen_since(attempt: DisbursementRetryLog, *, settled_as: str, at: datetime) -> None:
    """What was seen before a look-up sent it again tells nothing of what that did."""
    if not attempt.destination or settled_as != SettledAs.NOT_PAID:
        return
    settled_at = last_sent_at(attempt) + SETTLING
    if attempt.outcome == AttemptOutcome.OPEN and at < settled_at:
        raise CannotSettle(
            "it was sent or looked up just now, which may have paid it: look at the Stripe "
            f"Dashboard from {settled_at:%H:%M} UTC on, then say that it was not paid"
        )


def _attempt(row: DisbursementRequest, number: int | None) -> DisbursementRetryLog:
    attempts = reads.attempts_in_question(row)
    if why_not := reads.why_not_by_hand(row, attempts):
        raise CannotSettle(f"This payout ({row.status}) cannot be settled by hand: {why_not}")
    numbers = [each.retry_attempt for each in attempts]
    if number is None and len(attempts) == 1:
        return attempts[0]
    if number not in numbers:
        named = " and ".join(map(str, numbers))
        raise CannotSettle(f"name one that is in question: {named}", field="attempt")
    return attempts[numbers.index(number)]


def _same_or_refuse(
    earlier: Settlement, attempt: DisbursementRetryLog, claim: dict[str, Any], caller: Caller
) -> Settlement:
    same = all(getattr(earlier, name) == value for name, value in claim.items())
    if same and earlier.attempt_id == attempt.pk and earlier.proposed_by == caller.actor:
        return earlier
    raise CannotSettle(
        f"{earlier.proposed_by} has proposed a settlement of this payout already: it must be "
        "approved or rejected first"
    )


def _begin(settlement: Settlement, row: DisbursementRequest, caller: Caller, at: datetime) -> None:
    because = f"proposed ({caller.origin}): {settlement.reason}"
    states.begin([settlement], at=at, because=because, actor=caller.actor)
    said = "not paid" if settlement.settled_as == SettledAs.NOT_PAID else "paid"
    receipt = f", receipt {settlement.receipt}" if settlement.receipt else ""
    states.note(
        row, at=at, actor=caller.actor, details={"settlement": str(settlement.pk)},
        because=f"proposed to settle attempt {settlement.attempt.retry_attempt} by hand as "
        f"{said}{receipt}: {settlement.reason}. Evidence: {settlement.evidence}",
    )  # fmt: skip
