"""ReconciliationRun: one check of one subject, as it went."""

import uuid

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.db.models.fields.json import KeyTransform

from core.states import SYSTEM
from reconciliation.models.subject import OfSubject
from reconciliation.states import CheckResult


class ReconciliationRun(OfSubject):
    """`inputs` is {source: SHA-256 of what it told}; `details` what people know the subject by.

    `findings` are the kinds that were open after it. Append-only; old ones are pruned, their sums
    stay in ReconciliationTally.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    trigger = models.CharField(max_length=40)
    actor = models.CharField(max_length=150)
    bulk = models.ForeignKey(
        "reconciliation.BulkCheck", models.SET_NULL, related_name="+", null=True
    )
    result = models.CharField(max_length=12, choices=[(each, each) for each in CheckResult])
    findings = models.JSONField(default=list)
    inputs = models.JSONField(default=dict)
    details = models.JSONField(default=dict)
    asked = models.BooleanField(default=False, help_text="The provider was asked anew")
    problem = models.TextField(blank=True)
    started_at = models.DateTimeField()
    waited_ms = models.IntegerField(help_text="In the queue, after it was due")
    duration_ms = models.IntegerField()

    class Meta:
        db_table = "reconciliation_runs"
        verbose_name = "check"
        ordering = ["-started_at", "-id"]
        permissions = [
            ("check_reconciliationrun", "May have payments checked"),
        ]
        indexes = [
            models.Index(fields=["-started_at", "-id"], name="run_newest"),
            models.Index(fields=["subject_id", "-started_at"], name="run_of_subject"),
            models.Index(fields=["result", "-started_at"], name="run_by_result"),
            models.Index(fields=["partner", "-started_at"], name="run_of_partner"),
            models.Index(fields=["-started_at"], condition=~Q(actor=SYSTEM), name="run_of_people"),
            models.Index(KeyTransform("reference", "details"), name="run_by_reference"),
            models.Index(KeyTransform("transactionId", "details"), name="run_by_receipt"),
            GinIndex(fields=["findings"], opclasses=["jsonb_path_ops"], name="run_by_finding"),
        ]

    def __str__(self) -> str:
        return f"check of {self.subject_kind} {self.subject_id}"
