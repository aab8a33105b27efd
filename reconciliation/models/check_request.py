"""CheckRequest: the queue. BulkCheck: many that were asked for at once."""

import uuid

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from reconciliation.models.subject import OfSubject


class BulkCheck(models.Model):
    """Many checks that somebody asked for; `total` of them were taken, and each is a run of it.

    `left_out` is {why: count}. `selection` holds the filters, or nothing for a list of ids.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    trigger = models.CharField(max_length=40)
    actor = models.CharField(max_length=150)
    selection = models.JSONField(default=dict)
    total = models.IntegerField(default=0)
    left_out = models.JSONField(default=dict)
    requested_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "reconciliation_bulk_checks"
        ordering = ["-requested_at", "-id"]

    def __str__(self) -> str:
        return f"{self.total} checks asked for by {self.actor}"


class CheckRequest(OfSubject):
    """One check that is to be made. The row goes when its run is written, in one transaction.

    `priority`: smaller is sooner. `fresh`: the provider is asked anew where the sides are silent.
    A claimed row whose lease is over belongs to nobody.
    """

    trigger = models.CharField(max_length=40)
    priority = models.SmallIntegerField()
    actor = models.CharField(max_length=150)
    bulk = models.ForeignKey(BulkCheck, models.CASCADE, related_name="+", null=True)
    fresh = models.BooleanField(default=False)
    requested_at = models.DateTimeField(db_default=Now())
    due_at = models.DateTimeField()
    lease_ends_at = models.DateTimeField(null=True)
    tries = models.SmallIntegerField(default=0)
    problem = models.TextField(blank=True)

    class Meta:
        db_table = "reconciliation_queue"
        verbose_name = "check that waits"
        verbose_name_plural = "checks that wait"
        constraints = [
            models.UniqueConstraint(
                fields=["subject_kind", "subject_id"],
                condition=Q(bulk__isnull=True, lease_ends_at__isnull=True),
                name="one_waiting_check_per_subject",
            ),
            models.UniqueConstraint(
                fields=["bulk", "subject_kind", "subject_id"],
                condition=Q(bulk__isnull=False),
                name="one_check_per_bulk_and_subject",
            ),
        ]
        indexes = [
            models.Index(
                fields=["priority", "due_at", "id"],
                condition=Q(lease_ends_at__isnull=True),
                name="check_waiting",
            ),
            models.Index(
                fields=["lease_ends_at"],
                condition=Q(lease_ends_at__isnull=False),
                name="check_claimed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject_kind} {self.subject_id}"
