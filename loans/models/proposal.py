"""LoanProposal: what two persons must agree on."""

import uuid

import pgtrigger
from django.db import models
from django.db.models import F, Q

from core.states import Machine
from loans import states
from loans.states import ProposalStatus


class ProposalKind(models.TextChoices):
    GIVE_UP_BOOKING = "give_up_booking", "Give the booking up"
    PAY_AGAIN = "pay_again", "Pay the loan once more"


class LoanProposal(models.Model):
    """One person proposes, another approves. `booking` is the one that it is about."""

    MACHINE = Machine(
        name=states.PROPOSAL_NAME, arrows=states.PROPOSAL_ARROWS, meanings=states.PROPOSAL_MEANINGS
    )
    Status = ProposalStatus

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    loan = models.ForeignKey("loans.LoanTracking", models.PROTECT, related_name="+")
    booking = models.ForeignKey("loans.LoanBooking", models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20, choices=ProposalKind)
    status = models.CharField(max_length=12, choices=[(each, each) for each in ProposalStatus])
    status_at = models.DateTimeField()
    reason = models.CharField(max_length=500)
    proposed_by = models.CharField(max_length=150)
    decided_by = models.CharField(max_length=150, blank=True)
    decided_because = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        db_table = "loan_proposals"
        verbose_name = "loan proposal"
        ordering = ["-created_at", "-id"]
        permissions = [
            ("propose_loanproposal", "May propose to give a booking up, or to pay a loan again"),
            ("approve_loanproposal", "May approve what another person proposed of a loan"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=sorted(ProposalStatus)), name="loan_proposal_status_known"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=ProposalKind.values), name="loan_proposal_kind_known"
            ),
            models.CheckConstraint(
                condition=~Q(status="approved")
                | (~Q(decided_by="") & ~Q(decided_by=F("proposed_by"))),
                name="loan_proposal_two_persons",
            ),
            models.UniqueConstraint(
                fields=["loan"], condition=Q(status="proposed"), name="one_open_loan_proposal"
            ),
        ]
        triggers = [pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.loan}"
