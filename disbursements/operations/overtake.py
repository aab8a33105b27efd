"""An answer of the provider came before two persons agreed: their open proposal ends."""

from datetime import datetime

from core import states
from disbursements.models import DisbursementRequest, DisbursementRetryLog, Settlement
from disbursements.states import DisbursementStatus, SettlementStatus

UNDER_WAY = (DisbursementStatus.SENDING, DisbursementStatus.ACCEPTED)


def answered(
    row: DisbursementRequest, *, at: datetime, attempt: DisbursementRetryLog | None = None
) -> None:
    """End the proposal about this attempt, or about any of the payout's attempts.

    Called in the transaction that settles the attempt, before the row moves on. Where all goes
    well nobody can have proposed anything, and nothing is looked up.
    """
    if row.status in UNDER_WAY and row.person_needed_at is None:
        return
    found = Settlement.objects.filter(disbursement=row, status=SettlementStatus.PROPOSED)
    if attempt is not None:
        found = found.filter(attempt=attempt)
    for settlement in found.select_for_update():
        end(settlement, row, because="the provider's own answer came first", at=at)


def end(settlement: Settlement, row: DisbursementRequest, *, because: str, at: datetime) -> None:
    """The question that a locked proposal answers is no longer open."""
    states.advance(settlement, to=SettlementStatus.OVERTAKEN, at=at, because=because)
    states.note(
        row, at=at, because=f"the proposed settlement is overtaken: {because}",
        details={"settlement": str(settlement.pk)},
    )  # fmt: skip
