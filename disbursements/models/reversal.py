"""TransferReversal: money taken back from a connected account, by two persons."""

import uuid

import pgtrigger
from django.db import models
from django.db.models import F, Q

from core.states import Machine
from disbursements import states
from disbursements.states import ReversalStatus

PROPOSED = ["disbursement", "amount_minor", "currency", "reason", "proposed_by", "proposed_at"]


class TransferReversal(models.Model):
    """One wish to take `amount_minor` of a paid transfer back, under a key of its own."""

    MACHINE = Machine(
        name=states.REVERSAL_NAME, arrows=states.REVERSAL_ARROWS,
        meanings=states.REVERSAL_MEANINGS,
    )  # fmt: skip
    Status = ReversalStatus

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    disbursement = models.ForeignKey(
        "disbursements.DisbursementRequest", models.PROTECT, related_name="+"
    )
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    reason = models.TextField()
    status = models.CharField(
        max_length=12, choices=[(each.value, each.value) for each in ReversalStatus]
    )
    status_at = models.DateTimeField()
    proposed_by = models.CharField(max_length=150)
    proposed_at = models.DateTimeField()
    decided_by = models.CharField(max_length=150, blank=True)
    decided_at = models.DateTimeField(null=True)
    decision_reason = models.TextField(blank=True)
    first_sent_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    ask_at = models.DateTimeField(null=True)
    returned_before_minor = models.BigIntegerField(
        null=True, help_text="What had come back before it was sent"
    )
    provider_id = models.CharField(max_length=255, blank=True, help_text="Such as trr_1Example")
    failure_code = models.CharField(max_length=60, blank=True)
    failure_text = models.TextField(blank=True)

    class Meta:
        db_table = "transfer_reversals"
        ordering = ["-proposed_at", "-id"]
        permissions = [
            ("propose_transferreversal", "May propose to take a transfer back"),
            ("approve_transferreversal", "May approve what another person proposed"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=sorted(each.value for each in ReversalStatus)),
                name="reversal_status_known",
            ),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="reversal_positive"),
            models.CheckConstraint(
                condition=Q(status__in=["proposed", "rejected"])
                | (~Q(decided_by="") & ~Q(decided_by=F("proposed_by"))),
                name="reversal_by_two_persons",
            ),
            models.CheckConstraint(
                condition=~Q(status="done") | ~Q(provider_id=""), name="done_reversal_has_id"
            ),
            models.UniqueConstraint(
                fields=["disbursement"],
                condition=Q(status__in=["proposed", "sending", "unknown"]),
                name="one_open_reversal",
            ),
        ]
        indexes = [
            models.Index(fields=["status", "-proposed_at"], name="reversal_by_status"),
            models.Index(
                fields=["ask_at"], condition=Q(ask_at__isnull=False), name="reversal_to_ask"
            ),
        ]
        triggers = [
            pgtrigger.ReadOnly(name="reversal_is_read_only", fields=PROPOSED),
            pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"reversal {self.pk}"

    @property
    def key(self) -> str:
        """Its idempotency key, another than the transfer's (stripe.md 1.5)."""
        return f"reversal:{self.pk}"
