"""Notice: one message to an owner or a tenant. NoticeSetting: which kinds a partner sends."""

import uuid

from django.db import models
from django.db.models import Q


class NoticeKind(models.TextChoices):
    RENT_RECEIVED = "rent_received", "Rent received (to the tenant, with the receipt's link)"
    RENT_FOR_OWNER = "rent_for_owner", "Rent received (to the owner)"
    RENT_FORWARDED = "rent_forwarded", "Rent forwarded (to the owner)"
    FORWARD_FAILED = "forward_failed", "Forwarding failed (to the owner)"


class NoticeSetting(models.Model):
    """A kind of notice that a partner has switched on, by channel. No row: off."""

    partner = models.ForeignKey("vault.Partner", models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20, choices=NoticeKind)
    sms_since = models.DateTimeField(null=True, help_text="From when on it is sent; empty: off")
    email_since = models.DateTimeField(null=True, help_text="From when on it is sent; empty: off")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["partner", "kind"], name="one_setting_per_notice")
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.partner}"


class Notice(models.Model):
    """A message that is due, sent or given up. `reference` is unique: each is made once."""

    class State(models.TextChoices):
        DUE = "due", "Due"
        SENT = "sent", "Sent"
        UNCLEAR = "unclear", "May have been sent"
        GIVEN_UP = "given_up", "Given up"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    partner = models.ForeignKey("vault.Partner", models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20, choices=NoticeKind)
    channel = models.CharField(max_length=10)
    reference = models.CharField(max_length=120, unique=True)
    to = models.CharField(max_length=254)
    subject = models.CharField(max_length=200, blank=True)
    text = models.TextField()
    language = models.CharField(max_length=2)
    state = models.CharField(max_length=10, choices=State, default=State.DUE)
    due_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    message_id = models.CharField(max_length=100, blank=True)
    problem = models.TextField(blank=True)
    created_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(
                fields=["due_at", "id"], condition=Q(due_at__isnull=False), name="notice_due"
            ),
            models.Index(fields=["partner", "-created_at", "-id"], name="notice_newest"),
            models.Index(
                fields=["message_id"], condition=~Q(message_id=""), name="notice_by_message"
            ),
        ]

    def __str__(self) -> str:
        return self.reference
