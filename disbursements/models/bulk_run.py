"""BulkRun: one verb over many payouts, frozen by id. BulkItem: one payout of it."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from core.states import Machine
from disbursements import states
from disbursements.states import BulkRunStatus


class BulkVerb(models.TextChoices):
    RETRY = "retry", "Retry"
    FORCE = "force", "Force a retry"
    BRING_FORWARD = "bring_forward", "Bring the retry forward"
    STOP_RETRYING = "stop_retrying", "Stop retrying"
    CANCEL = "cancel", "Cancel"
    CHANGE_LIMIT = "change_limit", "Change the retry limit"
    ASK = "ask", "Ask M-Pesa"


class BulkRun(models.Model):
    """What a person asked to be done to many payouts, and how far it has come."""

    MACHINE = Machine(
        name=states.BULK_RUN_NAME, arrows=states.BULK_RUN_ARROWS, meanings=states.BULK_RUN_MEANINGS
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    verb = models.CharField(max_length=20, choices=BulkVerb)
    options = models.JSONField(default=dict, help_text="Such as the new limit or moment")
    reason = models.TextField()
    actor = models.CharField(max_length=150)
    origin = models.CharField(max_length=20, help_text="admin, api or command")
    partners = ArrayField(
        models.UUIDField(), null=True, help_text="Whose payouts it may touch; null is all"
    )
    selection = models.JSONField(default=dict, help_text="The filters that it was chosen by")
    status = models.CharField(
        max_length=12, choices=[(status.value, status.value) for status in BulkRunStatus]
    )
    status_at = models.DateTimeField()
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    total = models.PositiveIntegerField()
    totals = models.JSONField(default=dict, help_text="Minor units per currency when it began")
    done = models.PositiveIntegerField(default=0)
    skipped = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = "bulk run"
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=[status.value for status in BulkRunStatus]),
                name="bulk_run_status_known",
            ),
            models.CheckConstraint(
                condition=Q(done__lte=models.F("total") - models.F("skipped")),
                name="bulk_run_does_each_once",
            ),
        ]
        indexes = [
            models.Index(fields=["-started_at"], name="bulk_run_newest"),
            models.Index(
                fields=["started_at"], condition=Q(status="running"), name="bulk_run_under_way"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_verb_display()} of {self.total:,}"


class BulkItem(models.Model):
    """One payout of a bulk run: waiting, done, or skipped with the reason."""

    # A hundred thousand are frozen at once: checking their keys would take longer than the rest.
    # Payouts cannot be deleted, and no door deletes a run.
    run = models.ForeignKey(
        "disbursements.BulkRun",
        models.PROTECT,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    disbursement = models.ForeignKey(
        "disbursements.DisbursementRequest",
        models.PROTECT,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    settled_at = models.DateTimeField(null=True, help_text="When it was done or skipped")
    skipped_because = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["run", "disbursement"], name="one_bulk_item_per_payout"
            ),
            models.CheckConstraint(
                condition=Q(skipped_because="") | Q(settled_at__isnull=False),
                name="bulk_item_skipped_is_settled",
            ),
        ]
        indexes = [
            models.Index(
                fields=["run", "id"], condition=Q(settled_at=None), name="bulk_item_waiting"
            ),
            models.Index(
                fields=["run", "skipped_because"],
                condition=~Q(skipped_because=""),
                name="bulk_item_by_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.disbursement_id} in {self.run_id}"
