"""Step and its seal, Alert, SavedView, JobRun: what every app shares."""

import pgtrigger
from django.db import models
from django.db.models.functions import Now

NO_TRUNCATE = pgtrigger.Trigger(
    name="no_truncate",
    level=pgtrigger.Statement,
    when=pgtrigger.Before,
    operation=pgtrigger.Truncate,
    func="""
        IF current_setting('vault.emptied_by_tests', true) = 'on' THEN
            RETURN NULL;
        END IF;
        RAISE EXCEPTION 'pgtrigger: Cannot truncate rows from % table', TG_TABLE_NAME;
    """,
)
APPEND_ONLY = (
    pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
    NO_TRUNCATE,
)


class Step(models.Model):
    """One change of status, or one note, of one row anywhere in the system. Append-only."""

    subject_type = models.CharField(max_length=60)
    subject_id = models.CharField(max_length=60)
    from_status = models.CharField(max_length=30, blank=True)
    to_status = models.CharField(max_length=30, blank=True)
    because = models.TextField()
    actor = models.CharField(max_length=150)
    details = models.JSONField(default=dict)
    at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [
            models.Index(fields=["subject_type", "subject_id", "id"], name="step_by_subject"),
            models.Index(fields=["at"], name="step_by_moment"),
        ]
        triggers = list(APPEND_ONLY)

    def __str__(self) -> str:
        return f"{self.subject_type} {self.subject_id}: {self.from_status} -> {self.to_status}"


class StepSeal(models.Model):
    """One link of the chain over steps, in the order they were sealed.

    The digest is SHA-256 over the previous digest, this seal and the step's content
    (core/seal.py).
    """

    number = models.BigIntegerField(primary_key=True)
    step_id = models.BigIntegerField(unique=True)
    digest = models.BinaryField(max_length=32)
    sealed_at = models.DateTimeField(db_default=Now())

    class Meta:
        triggers = list(APPEND_ONLY)

    def __str__(self) -> str:
        return f"seal {self.number} of step {self.step_id}"


class AlertSeverity(models.TextChoices):
    CRITICAL = "critical", "High"
    WARNING = "warning", "Medium"
    NOTICE = "notice", "Low"


class Alert(models.Model):
    """A condition that a person should know of: one row while it lasts, with a count."""

    kind = models.CharField(max_length=60)
    key = models.CharField(max_length=200, help_text="What the condition is about")
    severity = models.CharField(max_length=10, choices=AlertSeverity)
    text = models.TextField()
    details = models.JSONField(default=dict)
    count = models.PositiveIntegerField(default=1)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.CharField(max_length=150, blank=True, db_default="")
    assigned_to = models.CharField(max_length=150, blank=True, db_default="")
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.CharField(max_length=150, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "key"],
                condition=models.Q(closed_at__isnull=True),
                name="one_open_alert_per_condition",
            )
        ]
        indexes = [models.Index(fields=["-last_at"], name="alert_by_moment")]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class SavedView(models.Model):
    """A list's filters under a name: one person's, or shared with everybody of a role."""

    owner = models.ForeignKey("auth.User", models.CASCADE, related_name="+")
    role = models.ForeignKey("auth.Group", models.CASCADE, null=True, related_name="+")
    page = models.CharField(max_length=100, help_text="The list's name in the admin's addresses")
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=2000, help_text="The filters as they stand in the address")
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "page", "name"], name="one_saved_view_per_name"
            )
        ]

    def __str__(self) -> str:
        return self.name


class JobRun(models.Model):
    """A schedule: the latest run of one scheduled job, whoever ran it."""

    name = models.CharField(max_length=60, primary_key=True)
    listed_at = models.DateTimeField(null=True, help_text="Since when it is to run")
    started_at = models.DateTimeField(null=True, help_text="Empty: it never ran")
    ended_at = models.DateTimeField(null=True)
    succeeded_at = models.DateTimeField(null=True, help_text="The end of the latest good run")
    did = models.PositiveIntegerField(null=True, help_text="How much the latest good run did")
    error = models.TextField(blank=True, help_text="Why the latest run failed")

    class Meta:
        verbose_name = "schedule"
        permissions = [("run_jobrun", "May run a schedule now")]

    def __str__(self) -> str:
        return self.name
