"""Forward: one transfer of collected rent to an owner. ForwardPart: a payment that is in it."""

import uuid

import pgtrigger
from django.db import models
from django.db.models import Q

from core.states import Machine
from rents import states
from rents.states import ForwardStatus

HANDED_OVER = ["partner", "owner", "amount_minor", "currency", "created_at"]


class Forward(models.Model):
    """Paid by `disbursement`, its latest payout: a correction takes the place of what it corrects.

    The amount is the sum of the parts that are not released.
    """

    MACHINE = Machine(name=states.NAME, arrows=states.ARROWS, meanings=states.MEANINGS)
    Status = ForwardStatus

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    partner = models.ForeignKey("vault.Partner", models.PROTECT, related_name="+")
    owner = models.ForeignKey("vault.Owner", models.PROTECT, related_name="+")
    disbursement = models.OneToOneField(
        "disbursements.DisbursementRequest", models.PROTECT, related_name="+"
    )
    status = models.CharField(max_length=12, choices=[(each, each) for each in ForwardStatus])
    status_at = models.DateTimeField()
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    failure_text = models.TextField(blank=True)
    completed_at = models.DateTimeField(null=True)
    created_by = models.CharField(max_length=150)
    created_because = models.CharField(max_length=200)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=sorted(ForwardStatus)), name="forward_status_known"
            ),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="forward_positive"),
            models.CheckConstraint(
                condition=~Q(status="completed") | Q(completed_at__isnull=False),
                name="completed_forward_has_moment",
            ),
        ]
        indexes = [
            models.Index(
                fields=["status_at", "id"],
                condition=Q(status__in=["failed", "processing"]),
                name="forward_open",
            ),
            models.Index(
                fields=["partner", "status_at"],
                condition=Q(status__in=["completed", "failed"]),
                name="forward_ended",
            ),
            models.Index(
                fields=["status_at", "id"], condition=Q(status="released"), name="forward_released"
            ),
            models.Index(fields=["owner", "-created_at", "-id"], name="forward_of_owner"),
            models.Index(fields=["partner", "-created_at", "-id"], name="forward_newest"),
        ]
        triggers = [
            pgtrigger.ReadOnly(name="handed_over_is_read_only", fields=HANDED_OVER),
            pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"forward {self.pk}"


class ForwardPart(models.Model):
    """What one payment gives to a forward: all that is owed of it, and never to two at once."""

    forward = models.ForeignKey("rents.Forward", models.PROTECT, related_name="parts")
    payment = models.ForeignKey("vault.Payment", models.PROTECT, related_name="+")
    amount_minor = models.BigIntegerField()
    released_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["payment"], condition=Q(released_at=None), name="forwarded_once"
            ),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="part_positive"),
        ]
        triggers = [
            pgtrigger.ReadOnly(
                name="part_is_read_only", fields=["forward", "payment", "amount_minor"]
            ),
            pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"part of {self.forward_id}"
