"""Settlement: two persons say, with evidence, how a payout of unknown outcome ended."""

import uuid

from django.db import models
from django.db.models import F, Q

from core.states import Machine
from disbursements import states
from disbursements.states import SettlementStatus


class SettledAs(models.TextChoices):
    PAID = "paid", "Paid"
    NOT_PAID = "not_paid", "Not paid"


class Settlement(models.Model):
    """One person's claim with its evidence, and what another person made of it."""

    MACHINE = Machine(
        name=states.SETTLEMENT_NAME,
        arrows=states.SETTLEMENT_ARROWS,
        meanings=states.SETTLEMENT_MEANINGS,
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    disbursement = models.ForeignKey(
        "disbursements.DisbursementRequest", models.PROTECT, related_name="+"
    )
    attempt = models.ForeignKey(
        "disbursements.DisbursementRetryLog", models.PROTECT, related_name="+"
    )
    status = models.CharField(
        max_length=12, choices=[(status.value, status.value) for status in SettlementStatus]
    )
    status_at = models.DateTimeField()
    settled_as = models.CharField(max_length=10, choices=SettledAs)
    receipt = models.CharField(
        max_length=255, blank=True, help_text="The provider's, when it was paid"
    )
    paid_at = models.DateTimeField(null=True)
    evidence = models.TextField(
        help_text="What was seen, where and when, such as a statement line"
    )
    reason = models.TextField()
    proposed_by = models.CharField(max_length=150)
    proposed_at = models.DateTimeField()
    decided_by = models.CharField(max_length=150, blank=True)
    decided_at = models.DateTimeField(null=True)
    decision_reason = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=[status.value for status in SettlementStatus]),
                name="settlement_status_known",
            ),
            models.CheckConstraint(
                condition=~Q(status="approved")
                | (~Q(decided_by="") & ~Q(decided_by=F("proposed_by"))),
                name="settlement_by_two_persons",
            ),
            models.CheckConstraint(
                condition=~Q(settled_as="paid") | ~Q(receipt=""), name="settled_paid_has_receipt"
            ),
            models.UniqueConstraint(
                fields=["disbursement"],
                condition=Q(status="proposed"),
                name="one_open_settlement",
            ),
        ]
        indexes = [models.Index(fields=["status", "-proposed_at"], name="settlement_by_status")]

    def __str__(self) -> str:
        return f"settled as {self.get_settled_as_display().lower()}"
