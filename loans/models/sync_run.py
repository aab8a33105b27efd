"""LoanSyncRun: what one sync of one partner did."""

import uuid

from django.db import models


class LoanSyncRun(models.Model):
    """`steps`: those of fetch, process, book that were asked for. `skipped` and `held` are
    {code: count}; `errors` [{step, loan_id, code, text}] in plain words. `ended_at` empty: under
    way, or its process died."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    partner = models.ForeignKey("vault.Partner", models.PROTECT, related_name="+", db_index=False)
    steps = models.JSONField(default=list)
    trigger = models.CharField(max_length=20, help_text="schedule, hook, api, admin or command")
    actor = models.CharField(max_length=150)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    requests = models.IntegerField(default=0)
    fetched = models.IntegerField(default=0)
    fresh = models.IntegerField(default=0, help_text="Loans not tracked before")
    skipped = models.JSONField(default=dict)
    held = models.JSONField(default=dict)
    instructed = models.IntegerField(default=0)
    paid = models.IntegerField(default=0)
    failed = models.IntegerField(default=0)
    booked = models.IntegerField(default=0)
    not_booked = models.IntegerField(default=0)
    errors = models.JSONField(default=list)

    class Meta:
        db_table = "loan_sync_runs"
        verbose_name = "loan sync"
        ordering = ["-started_at", "-id"]
        indexes = [
            models.Index(fields=["partner", "-started_at", "-id"], name="sync_run_of_partner"),
            models.Index(fields=["-started_at", "-id"], name="sync_run_newest"),
        ]

    def __str__(self) -> str:
        return f"sync of {self.partner}"
