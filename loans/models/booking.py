"""LoanBooking: a paid loan on its way back into Mifos X."""

import uuid

import pgtrigger
from django.db import models
from django.db.models import Q

from core.states import Machine
from loans import states
from loans.states import BookingStatus

FROZEN = ["loan", "cycle", "disbursement", "receipt", "created_at"]


class LoanBooking(models.Model):
    """One per payout that was paid. `external_id` goes on the transaction in Mifos X, which keeps
    it unique (fineract.md 3.5); `generation` grows when an undone disbursal is booked again.

    `body` is what is sent, frozen with `idempotency_key`: a corrected body needs a new key
    (fineract.md 4). `gross_minor` is what Mifos X books.
    """

    MACHINE = Machine(
        name=states.BOOKING_NAME, arrows=states.BOOKING_ARROWS, meanings=states.BOOKING_MEANINGS
    )
    Status = BookingStatus

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    loan = models.ForeignKey("loans.LoanTracking", models.PROTECT, related_name="+")
    cycle = models.IntegerField()
    disbursement = models.OneToOneField(
        "disbursements.DisbursementRequest", models.PROTECT, related_name="+"
    )
    receipt = models.CharField(max_length=255)
    paid_at = models.DateTimeField()
    gross_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    status = models.CharField(max_length=20, choices=[(each, each) for each in BookingStatus])
    status_at = models.DateTimeField()

    generation = models.IntegerField(default=1)
    external_id = models.CharField(max_length=100)
    idempotency_key = models.CharField(max_length=50, blank=True)
    body = models.JSONField(null=True)
    due_at = models.DateTimeField()
    tries = models.IntegerField(default=0)
    sent_at = models.DateTimeField(null=True, help_text="When it was first sent under this key")
    transaction_id = models.BigIntegerField(null=True, help_text="Of the disbursal in Mifos X")
    command_id = models.BigIntegerField(null=True, help_text="What the checker has to approve")
    code = models.CharField(max_length=150, blank=True)
    text = models.TextField(blank=True)
    booked_at = models.DateTimeField(null=True)
    noted_at = models.DateTimeField(
        null=True, help_text="When the refusal was written on the loan as a note"
    )
    created_at = models.DateTimeField()

    class Meta:
        db_table = "loan_bookings"
        verbose_name = "loan booking"
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["loan", "cycle"], name="one_booking_per_cycle"),
            models.UniqueConstraint(fields=["external_id"], name="one_booking_per_external_id"),
            models.CheckConstraint(
                condition=Q(status__in=sorted(BookingStatus)), name="booking_status_known"
            ),
            models.CheckConstraint(
                condition=~Q(status="sending")
                | (~Q(idempotency_key="") & Q(body__isnull=False, sent_at__isnull=False)),
                name="sending_booking_is_frozen",
            ),
            models.CheckConstraint(
                condition=~Q(status="booked") | Q(booked_at__isnull=False),
                name="booked_has_moment",
            ),
            models.CheckConstraint(condition=Q(gross_minor__gt=0), name="booking_positive"),
        ]
        indexes = [
            models.Index(
                fields=["due_at", "id"],
                condition=Q(status__in=["due", "sending", "unknown", "waits_for_checker"]),
                name="booking_open",
            ),
            models.Index(fields=["status", "status_at", "id"], name="booking_by_status"),
        ]
        triggers = [
            pgtrigger.ReadOnly(name="booking_is_of_one_payout", fields=FROZEN),
            pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"booking of loan {self.loan.loan_id}"
