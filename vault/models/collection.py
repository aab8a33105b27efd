"""Collection: how a shortcode collects: what is registered, and how far Pull has come."""

from django.db import models


class Collection(models.Model):
    """One row per shortcode that collects. Every payment before `pulled_until` was pulled."""

    shortcode = models.OneToOneField("vault.Shortcode", models.PROTECT, related_name="+")
    business_number = models.CharField(
        max_length=7, blank=True, help_text="Of a till: its head office or store number"
    )
    nominated_msisdn = models.CharField(
        max_length=12, blank=True, help_text="The line in the shortcode's papers, for Pull"
    )
    urls_registered_at = models.DateTimeField(null=True)
    pull_registered_at = models.DateTimeField(null=True)
    pulled_until = models.DateTimeField(null=True)
    pull_tried_at = models.DateTimeField(null=True)
    pull_problem = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"collection on {self.shortcode}"
