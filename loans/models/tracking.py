"""LoanTracking: a loan that was seen approved in Mifos X, and what became of it here."""

import uuid

import pgtrigger
from django.db import models
from django.db.models import Q

from core.states import Machine
from loans import states
from loans.states import LoanStatus

KEPT = ["partner", "loan_id", "created_at"]


class LoanTracking(models.Model):
    """One per loan of a partner. The facts are those that it is paid by: as tracked, or as a
    person released them.

    A `cycle` is one approval: a new one after an undo, or after facts changed, begins only by a
    person's release, and gets a payout of its own. `gross_minor` is what Mifos X books,
    `net_minor` what the client receives.
    """

    MACHINE = Machine(name=states.NAME, arrows=states.ARROWS, meanings=states.MEANINGS)
    Status = LoanStatus

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    partner = models.ForeignKey("vault.Partner", models.PROTECT, related_name="+", db_index=False)
    loan_id = models.BigIntegerField(help_text="The loan's id in Mifos X")
    status = models.CharField(max_length=24, choices=[(each, each) for each in LoanStatus])
    status_at = models.DateTimeField()
    cycle = models.IntegerField(default=1)

    account_no = models.CharField(max_length=100, blank=True)
    product_id = models.BigIntegerField()
    product_name = models.CharField(max_length=100, blank=True)
    client_id = models.BigIntegerField(null=True, help_text="Empty for a loan of a group")
    client_name = models.CharField(max_length=200, blank=True)
    phone_as_written = models.CharField(max_length=100, blank=True)
    msisdn = models.CharField(max_length=12, blank=True)
    gross_minor = models.BigIntegerField()
    net_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    approved_on = models.DateField(null=True)
    expected_on = models.DateField(null=True)
    several_disbursals = models.BooleanField(default=False)

    held_code = models.CharField(max_length=40, blank=True)
    held_text = models.TextField(blank=True)
    differences = models.JSONField(
        default=list, help_text="[{field, tracked, now}]: what Mifos X says otherwise by now"
    )
    released_at = models.DateTimeField(
        null=True, help_text="A person released these very facts; empty again once they change"
    )
    disbursement = models.OneToOneField(
        "disbursements.DisbursementRequest", models.PROTECT, null=True, related_name="+",
        help_text="The payout of this cycle that counts",
    )  # fmt: skip
    mifos_status = models.IntegerField(help_text="The status id in Mifos X, as last seen")
    seen_at = models.DateTimeField(help_text="When Mifos X was last asked about it")
    created_at = models.DateTimeField()

    class Meta:
        db_table = "loan_tracking"
        verbose_name = "loan"
        ordering = ["-created_at", "-id"]
        permissions = [
            ("sync_loantracking", "May fetch, pay and book loans now"),
            ("hold_loantracking", "May hold and release loans, and look at them again"),
            ("retry_loantracking", "May have a loan's payout tried again"),
            ("book_loantracking", "May have a paid loan booked again"),
            ("export_loantracking", "May take loans away in a file"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["partner", "loan_id"], name="one_tracking_per_loan"),
            models.CheckConstraint(
                condition=Q(status__in=sorted(LoanStatus)), name="loan_status_known"
            ),
            models.CheckConstraint(
                condition=~Q(status="held") | ~Q(held_code=""), name="held_loan_has_reason"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["processing_disbursement", "disbursed"])
                | Q(disbursement__isnull=False),
                name="paid_loan_has_payout",
            ),
        ]
        indexes = [
            models.Index(fields=["partner", "-created_at", "-id"], name="loan_newest"),
            models.Index(fields=["status", "status_at", "id"], name="loan_by_status"),
            models.Index(fields=["msisdn"], name="loan_by_msisdn"),
            models.Index(fields=["loan_id"], name="loan_by_number"),
            models.Index(fields=["id"], condition=Q(cycle__gt=1), name="loan_again"),
        ]
        triggers = [
            pgtrigger.ReadOnly(name="loan_is_kept", fields=KEPT),
            pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"loan {self.loan_id}"

    @property
    def origin_id(self) -> str:
        """How this cycle's payouts name it: one, and the corrections that hang on it."""
        return f"{self.pk}:{self.cycle}"

    @property
    def client_reference(self) -> str:
        """The reference of this cycle's payout: never another one for the same approval."""
        return f"LOAN-{self.pk.hex.upper()}-{self.cycle}"
