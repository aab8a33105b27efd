"""What the live page needs: events to tell, the processes that tell them, one-time tickets."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models.functions import Now


class LiveEvent(models.Model):
    """One message for everybody who watches, written in the transaction of what it tells of.

    Read by id, with its gaps, by every live process; pruned after a day.
    """

    kind = models.CharField(max_length=30)
    partner = models.ForeignKey(
        "vault.Partner", models.DO_NOTHING, related_name="+", db_index=False, null=True
    )
    data = models.JSONField()
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "reconciliation_live_events"
        indexes = [models.Index(fields=["created_at"], name="live_event_by_moment")]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class LiveServer(models.Model):
    """A process that holds sockets. One that was not seen for 30 s is gone."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=120, help_text="Host and process id")
    clients = models.IntegerField(default=0)
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()

    class Meta:
        db_table = "reconciliation_live_servers"

    def __str__(self) -> str:
        return self.name


class Ticket(models.Model):
    """Lets our own page open one socket within 60 s. Only the digest is kept."""

    digest = models.CharField(max_length=64, primary_key=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "reconciliation_tickets"

    def __str__(self) -> str:
        return f"ticket of {self.user}"


class TrailCursor(models.Model):
    """How far the trail of steps was read. `gaps` is {missing id: since when}: a transaction that
    commits late fills one."""

    name = models.CharField(max_length=30, primary_key=True)
    last_id = models.BigIntegerField()
    gaps = models.JSONField(default=dict)
    read_at = models.DateTimeField()

    class Meta:
        db_table = "reconciliation_trail_cursors"

    def __str__(self) -> str:
        return f"{self.name} at {self.last_id}"
