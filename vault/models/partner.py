"""Partner: an organisation that pays through us. ApiKey: how its programs prove who they are."""

import uuid

from django.db import models


class Partner(models.Model):
    """An organisation. What it owns is seen by nobody else."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=120, unique=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class ApiKey(models.Model):
    """A key of a partner; only its SHA-256 is kept, and its first characters to know it by."""

    partner = models.ForeignKey("vault.Partner", models.PROTECT, related_name="+")
    prefix = models.CharField(max_length=12)
    digest = models.BinaryField(max_length=32, unique=True)
    scopes = models.JSONField(default=list)
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.prefix}… of {self.partner}"
