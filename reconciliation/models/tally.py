"""ReconciliationTally: checks by the hour, kept when the runs are pruned."""

from django.db import models
from django.db.models import Q

from reconciliation.models.subject import SubjectKind
from reconciliation.states import CheckResult

# Upper bounds of the duration buckets; the last bucket has none.
DURATION_BOUNDS_MS = (2, 5, 10, 20, 50, 100, 200, 500, 1_000, 5_000)


class ReconciliationTally(models.Model):
    """`count` checks of this hour (UTC), partner, kind, result and duration; all of them summed
    in `duration_ms`. `bucket` is an index of DURATION_BOUNDS_MS, or its length for longer ones."""

    hour = models.DateTimeField()
    partner = models.ForeignKey(
        "vault.Partner", models.DO_NOTHING, related_name="+", db_index=False, null=True
    )
    subject_kind = models.CharField(max_length=16, choices=SubjectKind)
    result = models.CharField(max_length=12, choices=[(each, each) for each in CheckResult])
    bucket = models.SmallIntegerField()
    count = models.BigIntegerField()
    duration_ms = models.BigIntegerField()
    last_at = models.DateTimeField()

    class Meta:
        db_table = "reconciliation_tallies"
        constraints = [
            models.UniqueConstraint(
                fields=["hour", "partner", "subject_kind", "result", "bucket"],
                nulls_distinct=False,
                name="one_tally_per_key",
            ),
            models.CheckConstraint(
                condition=Q(bucket__gte=0, bucket__lte=len(DURATION_BOUNDS_MS)),
                name="tally_bucket_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.count} {self.result} in the hour of {self.hour}"
