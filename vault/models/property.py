"""Property: what is let. AccountReference: what payers type, and whose money it makes it."""

import uuid

from django.db import models
from django.db.models import Q

from vault.models.owner import Forwarding

ACCOUNT_LENGTH_MAX = 12


class Property(Forwarding):
    """A building or house of one owner. Its rents are paid to `shortcode` under an account.

    Blank parts of Forwarding are the owner's. `rent_minor` is a tenant's rent where the tenant
    has none of their own.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    partner = models.ForeignKey("vault.Partner", models.PROTECT, related_name="+")
    owner = models.ForeignKey("vault.Owner", models.PROTECT, related_name="+")
    shortcode = models.ForeignKey("vault.Shortcode", models.PROTECT, related_name="+")
    name = models.CharField(max_length=120)
    account_reference = models.CharField(max_length=ACCOUNT_LENGTH_MAX)
    rent_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3, default="KES")
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    class Meta(Forwarding.Meta):
        verbose_name_plural = "properties"
        ordering = ["name"]
        constraints = [
            *Forwarding.Meta.constraints,
            models.UniqueConstraint(fields=["partner", "name"], name="one_property_per_name"),
            models.CheckConstraint(condition=Q(rent_minor__gt=0), name="rent_positive"),
        ]

    def __str__(self) -> str:
        return self.name


class AccountReference(models.Model):
    """An account in one form (rules/accounts.py) and whose it is.

    `given`: the property's or tenant's own. `learned`: what a person once said a wrong one meant.
    """

    class Source(models.TextChoices):
        GIVEN = "given", "Given"
        LEARNED = "learned", "Learned"

    shortcode = models.ForeignKey("vault.Shortcode", models.PROTECT, related_name="+")
    key = models.CharField(max_length=20)
    written = models.CharField(max_length=20)
    property = models.ForeignKey("vault.Property", models.PROTECT, related_name="+")
    tenant = models.ForeignKey("vault.Tenant", models.PROTECT, null=True, related_name="+")
    source = models.CharField(max_length=10, choices=Source)
    created_by = models.CharField(max_length=150)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["shortcode", "key"], name="one_meaning_per_account"),
            models.CheckConstraint(condition=~Q(key=""), name="account_key_not_empty"),
        ]

    def __str__(self) -> str:
        return self.written
