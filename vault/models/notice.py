"""Notice: one message to an owner or a tenant. NoticeSetting: which kinds a partner sends."""

from django.db import models
from django.db.models import Q

from gateways.models import OutgoingMessage


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


class Notice(OutgoingMessage):
    """One message to an owner or a tenant."""

    partner = models.ForeignKey("vault.Partner", models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20, choices=NoticeKind)
    language = models.CharField(max_length=2)

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
