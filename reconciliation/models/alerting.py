"""AlertRecipient: who is told of alerts, and when. AlertMessage: one email or SMS to them."""

import uuid

from django.db import models
from django.db.models import Q

from gateways.models import OutgoingMessage
from reconciliation.states import Severity


class AlertRecipient(models.Model):
    """A person who is told of alerts of `from_severity` and worse, at `step` of the escalation.

    Step 0 is told at once, step 1 when nobody acknowledged for a while, and so on. Between
    `quiet_from` and `quiet_until` (Nairobi) only high ones go out; the others wait.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=100)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=15, blank=True)
    from_severity = models.CharField(
        max_length=8, choices=[(each, each) for each in Severity], default=Severity.HIGH
    )
    sms_from_severity = models.CharField(
        max_length=8, choices=[(each, each) for each in Severity], default=Severity.HIGH
    )
    step = models.SmallIntegerField(default=0)
    quiet_from = models.TimeField(null=True)
    quiet_until = models.TimeField(null=True)
    gets_digest = models.BooleanField(default=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    class Meta:
        db_table = "alert_recipients"
        ordering = ["step", "name"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(email="", phone=""), name="recipient_can_be_reached"
            ),
            models.CheckConstraint(
                condition=Q(quiet_from__isnull=True, quiet_until__isnull=True)
                | Q(quiet_from__isnull=False, quiet_until__isnull=False),
                name="quiet_hours_have_two_ends",
            ),
            models.CheckConstraint(condition=Q(step__gte=0, step__lte=3), name="step_known"),
        ]

    def __str__(self) -> str:
        return self.name


class AlertMessage(OutgoingMessage):
    """One email or SMS to a recipient; `why`: the alert opened or got worse, nobody acknowledged
    it, a sum of many, the daily digest. `alert` is empty for the last two.

    `recipient` is empty where ADMIN_EMAIL or ADMIN_PHONE was told.
    """

    class Why(models.TextChoices):
        OPENED = "opened", "An alert opened"
        WORSE = "worse", "An alert got worse"
        ESCALATED = "escalated", "Nobody acknowledged it"
        MANY = "many", "Too many to tell one by one"
        DIGEST = "digest", "Daily digest"

    alert = models.ForeignKey("core.Alert", models.PROTECT, related_name="+", null=True)
    recipient = models.ForeignKey(AlertRecipient, models.PROTECT, related_name="+", null=True)
    why = models.CharField(max_length=10, choices=Why)

    class Meta:
        db_table = "alert_messages"
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(
                fields=["due_at", "id"], condition=Q(due_at__isnull=False), name="alert_mail_due"
            ),
            models.Index(fields=["-created_at", "-id"], name="alert_mail_newest"),
        ]
