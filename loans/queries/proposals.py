"""Reads: what one person proposed of a loan, and another must decide on."""

from django.db.models import QuerySet

from loans.models import LoanProposal, LoanTracking
from loans.states import ProposalStatus


def waiting() -> QuerySet[LoanProposal]:
    """What waits for a second person, oldest first."""
    rows = LoanProposal.objects.filter(status=ProposalStatus.PROPOSED)
    return rows.select_related("loan__partner", "booking").order_by("created_at", "id")


def open_proposal(loan: LoanTracking) -> LoanProposal | None:
    """The one that waits for this loan; there is one at the most."""
    return waiting().filter(loan=loan).first()
