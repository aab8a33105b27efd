"""Export: who took which rows and columns away, and when."""

import uuid

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models


class Export(models.Model):
    """Written before the first row leaves; how many left is noted at the end."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    actor = models.CharField(max_length=150)
    origin = models.CharField(max_length=20, help_text="admin, api or command")
    partners = ArrayField(
        models.UUIDField(), null=True, help_text="Whose payouts it may hold; null is all"
    )
    selection = models.JSONField(default=dict, help_text="The filters that it was chosen by")
    columns = models.JSONField(default=list)
    format = models.CharField(max_length=10)
    phones_masked = models.BooleanField()
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, help_text="Null when it broke off")
    rows = models.PositiveIntegerField(null=True)

    class Meta:
        indexes = [models.Index(fields=["-started_at"], name="export_newest")]
        triggers = [
            pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="export_is_read_only",
                fields=[
                    "actor", "origin", "partners", "selection", "columns", "format",
                    "phones_masked", "started_at",
                ],
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"export by {self.actor} at {self.started_at:%Y-%m-%d %H:%M}"
