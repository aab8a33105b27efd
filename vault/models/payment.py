"""Payment: money that came in, once for each receipt, whoever told of it and how often."""

import uuid

import pgtrigger
from django.db import models
from django.db.models import F, Q

from core.states import Machine
from vault import states
from vault.models.owner import PaidTo
from vault.states import PaymentStatus

RECEIVED = ["partner", "shortcode", "method", "receipt", "amount_minor", "currency", "received_at"]


class Method(models.TextChoices):
    MPESA = "mpesa", "M-Pesa"
    CASH = "cash", "Cash"


class Payment(models.Model):
    """One payment received. Split when it is allocated: amount = fee + owed, always.

    The split, the receiver and `forward_due_at` are those valid at payment and are kept here;
    `forward_due_at` None: nothing is forwarded by itself (cash, by hand, nothing owed).
    """

    MACHINE = Machine(
        name=states.PAYMENT_NAME, arrows=states.PAYMENT_ARROWS, meanings=states.PAYMENT_MEANINGS
    )
    Status = PaymentStatus

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    partner = models.ForeignKey("vault.Partner", models.PROTECT, related_name="+")
    shortcode = models.ForeignKey("vault.Shortcode", models.PROTECT, related_name="+")
    status = models.CharField(max_length=12, choices=[(each, each) for each in PaymentStatus])
    status_at = models.DateTimeField()
    method = models.CharField(max_length=10, choices=Method)
    receipt = models.CharField(max_length=30, unique=True)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    paid_at = models.DateTimeField(help_text="By the provider's clock, else when we heard")
    received_at = models.DateTimeField(help_text="When we heard of it first")

    answered_at = models.DateTimeField(null=True, help_text="Told by the answer to a prompt")
    confirmed_at = models.DateTimeField(null=True, help_text="Told by C2B")
    pulled_at = models.DateTimeField(null=True, help_text="Told by Pull Transactions")

    account_typed = models.CharField(max_length=64, blank=True)
    account_key = models.CharField(max_length=64, blank=True)
    payer_form = models.CharField(max_length=10, blank=True)
    payer_phone = models.CharField(max_length=64, blank=True, help_text="Full, masked or hashed")
    payer_name = models.CharField(max_length=120, blank=True)

    property = models.ForeignKey("vault.Property", models.PROTECT, null=True, related_name="+")
    owner = models.ForeignKey("vault.Owner", models.PROTECT, null=True, related_name="+")
    tenant = models.ForeignKey("vault.Tenant", models.PROTECT, null=True, related_name="+")
    allocated_because = models.CharField(max_length=200, blank=True)
    allocated_by = models.CharField(max_length=150, blank=True)
    fee_rule = models.ForeignKey("vault.FeeRule", models.PROTECT, null=True, related_name="+")
    fee_minor = models.BigIntegerField(null=True)
    owed_minor = models.BigIntegerField(null=True)
    paid_to = models.CharField(max_length=10, choices=PaidTo, blank=True)
    receiver_number = models.CharField(max_length=7, blank=True)
    receiver_account = models.CharField(max_length=13, blank=True)
    receiver_msisdn = models.CharField(max_length=12, blank=True)
    forward_due_at = models.DateTimeField(null=True)
    forwarded_at = models.DateTimeField(null=True, help_text="When a transfer took it on")

    class Meta:
        ordering = ["-received_at", "-id"]
        permissions = [
            ("collect_payment", "May prompt a tenant to pay and record cash"),
            ("allocate_payment", "May say whose rent a payment is"),
            ("forward_payment", "May forward collected rent now, and retry what failed"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=sorted(PaymentStatus)), name="payment_status_known"
            ),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="payment_positive"),
            models.CheckConstraint(
                condition=Q(fee_minor=None, owed_minor=None)
                | Q(
                    fee_minor__gte=0,
                    owed_minor__gte=0,
                    amount_minor=F("fee_minor") + F("owed_minor"),
                ),
                name="received_is_fee_and_owed",
            ),
            models.CheckConstraint(
                condition=~Q(status="allocated")
                | Q(property__isnull=False, owner__isnull=False, fee_minor__isnull=False)
                & ~Q(paid_to=""),
                name="allocated_is_split",
            ),
            models.CheckConstraint(
                condition=~Q(status="unallocated")
                | Q(
                    property=None,
                    tenant=None,
                    owner=None,
                    fee_minor=None,
                    forward_due_at=None,
                    forwarded_at=None,
                ),
                name="unallocated_is_nobodys",
            ),
        ]
        indexes = [
            models.Index(
                fields=["forward_due_at", "id"],
                condition=Q(forward_due_at__isnull=False, forwarded_at=None),
                name="payment_due_to_forward",
            ),
            models.Index(
                fields=["received_at", "id"],
                condition=Q(status="unallocated"),
                name="payment_unallocated",
            ),
            models.Index(
                fields=["owner", "paid_at"],
                condition=Q(
                    status="allocated", method="mpesa", forwarded_at=None, owed_minor__gt=0
                ),
                name="payment_not_forwarded",
            ),
            models.Index(
                fields=["partner", "status_at"],
                condition=Q(status="allocated"),
                name="payment_allocated_at",
            ),
            models.Index(fields=["-received_at", "-id"], name="payment_newest"),
            models.Index(fields=["partner", "-received_at", "-id"], name="payment_of_partner"),
            models.Index(fields=["owner", "-paid_at", "-id"], name="payment_of_owner"),
            models.Index(fields=["property", "-paid_at", "-id"], name="payment_of_property"),
            models.Index(fields=["tenant", "-paid_at", "-id"], name="payment_of_tenant"),
            models.Index(
                fields=["payer_phone"], condition=~Q(payer_phone=""), name="payment_by_payer"
            ),
        ]
        triggers = [
            pgtrigger.ReadOnly(name="received_is_read_only", fields=RECEIVED),
            pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return self.receipt
