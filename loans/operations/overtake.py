"""The loan moved on before two persons agreed: their open proposal ends."""

from datetime import datetime
from uuid import UUID

from core import states
from loans.models import LoanProposal, LoanTracking
from loans.rules.proposing import why_not
from loans.states import ProposalStatus


def overtake(loan_id: UUID, *, because: str, at: datetime) -> None:
    """End what no longer fits the loan as it stands. Inside a transaction."""
    open_ones = LoanProposal.objects.select_for_update(of=("self",)).filter(
        loan_id=loan_id, status=ProposalStatus.PROPOSED
    )
    for proposal in open_ones.select_related("booking"):
        loan = LoanTracking.objects.get(pk=loan_id)
        if why_not(proposal.kind, loan, proposal.booking):
            end(proposal, loan, because=because, at=at)


def end(proposal: LoanProposal, loan: LoanTracking, *, because: str, at: datetime) -> None:
    """What a locked proposal would decide is no longer open."""
    states.advance(proposal, to=ProposalStatus.OVERTAKEN, at=at, because=because)
    states.note(
        loan, at=at, because=f"what was proposed is overtaken: {because}",
        details={"proposal": str(proposal.pk)},
    )  # fmt: skip
