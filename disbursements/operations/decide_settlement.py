"""The second person agrees, or does not, with how a payout is said to have ended."""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from core import states
from core.callers import Caller, NotAllowed
from core.refusals import Refused
from disbursements.models import (
    DisbursementRequest,
    DisbursementRetryLog,
    SettledAs,
    Settlement,
)
from disbursements.operations import match, overtake, settle_by_hand
from disbursements.operations import propose_settlement as proposing
from disbursements.operations.propose_settlement import CannotSettle
from disbursements.queries import settlements as reads
from disbursements.states import SettlementStatus

PERMISSION = "disbursements.approve_disbursementrequest"
Found = tuple[Settlement, DisbursementRequest, DisbursementRetryLog]


class NoSuchSettlement(Refused):
    """There is no such proposal among those that the caller may see."""


class SamePerson(NotAllowed):
    """Who proposed it cannot approve it."""


class NotWaiting(Refused):
    """It was decided already, or the provider's own answer came first."""


def approve(*, settlement_id: UUID, reason: str, caller: Caller, at: datetime) -> Settlement:
    """Settle the payout as proposed. The same approval again answers with the same row.

    Everything is judged anew under the row's lock: what is no longer in question is overtaken.
    Raises NotAllowed, SamePerson, NoSuchSettlement, NotWaiting, CannotSettle.
    """
    proposing.demand_person(caller, PERMISSION)
    try:
        with transaction.atomic():
            settlement, row, attempt = _locked(settlement_id, caller)
            _demand_second_person(settlement, caller)
            if _decided_so(settlement, SettlementStatus.APPROVED, caller):
                return settlement
            proposing.demand_nobody_sends(attempt)
            why_not = _why_not(row, attempt)
            if why_not:
                overtake.end(settlement, row, because=why_not, at=at)
            else:
                _approve(settlement, row, attempt, reason, caller, at)
    except IntegrityError as error:
        if "one_request_per_receipt" not in str(error):
            raise
        raise CannotSettle(
            f"it does not fit: receipt {settlement.receipt} belongs to another payout",
            field="receipt",
        ) from None
    if why_not:
        raise NotWaiting(f"Nothing was settled: {why_not}")
    return settlement


def reject(*, settlement_id: UUID, reason: str, caller: Caller, at: datetime) -> Settlement:
    """Refuse the proposal; its proposer may take it back. The payout stays as it is.

    Raises NotAllowed, NoSuchSettlement, NotWaiting.
    """
    with transaction.atomic():
        settlement, row, _ = _locked(settlement_id, caller)
        own = settlement.proposed_by == caller.actor
        proposing.demand_person(caller, proposing.PERMISSION if own else PERMISSION)
        if _decided_so(settlement, SettlementStatus.REJECTED, caller):
            return settlement
        _decide(settlement, SettlementStatus.REJECTED, reason, caller, at)
        verb = "taken back" if own else "rejected"
        states.note(
            row, at=at, actor=caller.actor, details={"settlement": str(settlement.pk)},
            because=f"the proposed settlement was {verb}: {settlement.decision_reason}",
        )  # fmt: skip
        return settlement


def _locked(settlement_id: UUID, caller: Caller) -> Found:
    """The payout, its attempt and the proposal, locked in this order."""
    found = Settlement.objects.select_related("attempt").filter(pk=settlement_id)
    if caller.partners is not None:
        found = found.filter(disbursement__partner_id__in=caller.partners)
    settlement = found.first()
    if settlement is None:
        raise NoSuchSettlement(f"there is no settlement {settlement_id}", field="id")
    row, attempt = match.locked(settlement.attempt)
    settlement = Settlement.objects.select_for_update().get(pk=settlement_id)
    return settlement, row, attempt


def _demand_second_person(settlement: Settlement, caller: Caller) -> None:
    if settlement.proposed_by.casefold() == caller.actor.casefold():
        raise SamePerson("You proposed this settlement: another person must approve it")


def _decided_so(settlement: Settlement, wanted: SettlementStatus, caller: Caller) -> bool:
    if settlement.status == SettlementStatus.PROPOSED:
        return False
    if settlement.status == wanted and settlement.decided_by == caller.actor:
        return True
    by = f" by {settlement.decided_by}" if settlement.decided_by else ""
    raise NotWaiting(f"This settlement was {settlement.status}{by} already")


def _why_not(row: DisbursementRequest, attempt: DisbursementRetryLog) -> str:
    attempts = reads.attempts_in_question(row)
    if attempt.pk not in {each.pk for each in attempts}:
        return "the outcome of this attempt is known by now"
    return reads.why_not_by_hand(row, attempts)


def _approve(
    settlement: Settlement,
    row: DisbursementRequest,
    attempt: DisbursementRetryLog,
    reason: str,
    caller: Caller,
    at: datetime,
) -> None:
    proposing.demand_fits(
        row, attempt, settled_as=settlement.settled_as, receipt=settlement.receipt
    )
    _decide(settlement, SettlementStatus.APPROVED, reason, caller, at)
    if settlement.settled_as == SettledAs.PAID:
        settle_by_hand.paid(row, attempt, settlement, at=at)
    else:
        settle_by_hand.not_paid(row, attempt, settlement, at=at)


def _decide(
    settlement: Settlement,
    status: SettlementStatus,
    reason: str,
    caller: Caller,
    at: datetime,
) -> None:
    states.advance(
        settlement, to=status, at=at, because=f"{status} by {caller.origin}: {reason.strip()}",
        actor=caller.actor, decided_by=caller.actor, decided_at=at,
        decision_reason=reason.strip(),
    )  # fmt: skip
