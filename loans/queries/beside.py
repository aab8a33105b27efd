"""Reads: what stands beside loans: the present booking, and what waits for a second person."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import F

from loans.models import LoanBooking, LoanProposal, LoanTracking
from loans.states import ProposalStatus


def present_bookings(loans: Iterable[LoanTracking]) -> dict[UUID, LoanBooking]:
    """The booking of each one's payout that counts, by the loan's id, in one query."""
    rows = LoanBooking.objects.filter(
        loan__in=[row.pk for row in loans], disbursement=F("loan__disbursement")
    )
    return {booking.loan_id: booking for booking in rows}


def open_proposal(loan_id: UUID) -> LoanProposal | None:
    """What one person proposed of the loan and another has not decided yet; at most one."""
    rows = LoanProposal.objects.filter(loan=loan_id, status=ProposalStatus.PROPOSED)
    return rows.first()
