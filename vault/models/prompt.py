"""Prompt: one STK push to one phone, written down before it is sent."""

import uuid

import pgtrigger
from django.db import models
from django.db.models import Q

from core.states import Machine
from vault import states
from vault.states import PROMPT_OPEN, PromptStatus

ASKED_FOR = [
    "property", "tenant", "shortcode", "msisdn", "amount_minor", "currency", "account",
    "secret_digest", "created_at",
]  # fmt: skip


class Prompt(models.Model):
    """A request to pay. Its payment, once there is one, is `payment`."""

    MACHINE = Machine(
        name=states.PROMPT_NAME, arrows=states.PROMPT_ARROWS, meanings=states.PROMPT_MEANINGS
    )
    Status = PromptStatus

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    partner = models.ForeignKey("vault.Partner", models.PROTECT, related_name="+")
    shortcode = models.ForeignKey("vault.Shortcode", models.PROTECT, related_name="+")
    property = models.ForeignKey("vault.Property", models.PROTECT, related_name="+")
    tenant = models.ForeignKey("vault.Tenant", models.PROTECT, null=True, related_name="+")
    payment = models.OneToOneField("vault.Payment", models.PROTECT, null=True, related_name="+")
    status = models.CharField(max_length=10, choices=[(each, each) for each in PromptStatus])
    status_at = models.DateTimeField()

    msisdn = models.CharField(max_length=12)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    account = models.CharField(max_length=12)
    description = models.CharField(max_length=13)
    secret_digest = models.BinaryField(max_length=32, unique=True)
    checkout_id = models.CharField(max_length=100, null=True, unique=True)
    merchant_request_id = models.CharField(max_length=100, blank=True)
    code = models.CharField(max_length=30, blank=True)
    text = models.TextField(blank=True)
    receipt = models.CharField(
        max_length=30, blank=True, help_text="As the answer named it; the payment may come later"
    )

    ask_at = models.DateTimeField(null=True, help_text="When the provider is asked next")
    asked_times = models.PositiveSmallIntegerField(default=0)
    origin = models.CharField(max_length=20, help_text="api, admin or command")
    created_by = models.CharField(max_length=150)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["msisdn"],
                condition=Q(status__in=sorted(PROMPT_OPEN)),
                name="one_open_prompt_per_phone",
            ),
            models.CheckConstraint(
                condition=Q(status__in=sorted(PromptStatus)), name="prompt_status_known"
            ),
            models.CheckConstraint(
                condition=Q(amount_minor__gt=0, amount_minor__lte=25_000_000),
                name="prompt_amount_fits",
            ),
            models.CheckConstraint(
                condition=~Q(status="waiting") | Q(checkout_id__isnull=False),
                name="waiting_has_checkout_id",
            ),
        ]
        indexes = [
            models.Index(
                fields=["ask_at", "id"],
                condition=Q(ask_at__isnull=False),
                name="prompt_due_to_ask",
            ),
            models.Index(fields=["-created_at", "-id"], name="prompt_newest"),
            models.Index(fields=["partner", "-created_at", "-id"], name="prompt_of_partner"),
            models.Index(fields=["msisdn", "-created_at"], name="prompt_by_phone"),
            models.Index(fields=["receipt"], condition=~Q(receipt=""), name="prompt_by_receipt"),
        ]
        triggers = [
            pgtrigger.ReadOnly(name="asked_is_read_only", fields=ASKED_FOR),
            pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"prompt {self.pk}"
