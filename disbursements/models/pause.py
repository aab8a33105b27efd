"""Pause: nothing it covers is sent while it lasts. Pace: when a shortcode may call next."""

from django.db import models
from django.db.models import Q


class PauseScope(models.TextChoices):
    EVERYTHING = "everything", "Everything"
    PARTNER = "partner", "One partner"
    RAIL = "rail", "One rail"
    SHORTCODE = "shortcode", "One shortcode"


class Pause(models.Model):
    """A switch with a reason. Ended, it stays on record."""

    scope = models.CharField(max_length=12, choices=PauseScope)
    target = models.CharField(
        max_length=40, blank=True, help_text="Partner id, rail or shortcode id"
    )
    cause = models.CharField(
        max_length=100, blank=True, help_text="What parked payouts wait for, when set by us"
    )
    reason = models.TextField()
    started_at = models.DateTimeField()
    started_by = models.CharField(max_length=150)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=150, blank=True)
    end_reason = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["scope", "target"],
                condition=Q(ended_at__isnull=True),
                name="one_pause_per_target",
            ),
            models.CheckConstraint(
                condition=Q(scope__in=PauseScope.values)
                & (Q(scope="everything", target="") | (~Q(scope="everything") & ~Q(target=""))),
                name="pause_names_its_target",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scope} {self.target}".strip()


class Pace(models.Model):
    """Per shortcode: the moment from which the next call slot is free (its TPS limit)."""

    shortcode_number = models.CharField(max_length=7, primary_key=True)
    free_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"pace of {self.shortcode_number}"
