"""Tenant: who pays rent for a property. TenantPhone: the phones they pay from."""

import uuid

from django.db import models
from django.db.models import Q

from vault.models.owner import Language
from vault.models.property import ACCOUNT_LENGTH_MAX


class Tenant(models.Model):
    """A person or firm that rents (a part of) a property. Their own account is optional."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    property = models.ForeignKey("vault.Property", models.PROTECT, related_name="+")
    name = models.CharField(max_length=120)
    unit = models.CharField(max_length=30, blank=True, help_text="Such as A3")
    account_reference = models.CharField(max_length=ACCOUNT_LENGTH_MAX, blank=True)
    rent_minor = models.BigIntegerField(null=True, help_text="Where it is not the property's")
    email = models.EmailField(blank=True)
    language = models.CharField(max_length=2, choices=Language, default=Language.ENGLISH)
    user = models.OneToOneField("auth.User", models.SET_NULL, null=True, related_name="+")
    is_active = models.BooleanField(default=True)
    since_date = models.DateField(null=True, help_text="Rent is due from this day's month on")
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(rent_minor=None) | Q(rent_minor__gt=0), name="tenant_rent_positive"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class TenantPhone(models.Model):
    """A phone of a tenant; several tenants may share one."""

    tenant = models.ForeignKey("vault.Tenant", models.PROTECT, related_name="phones")
    msisdn = models.CharField(max_length=12, db_index=True)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["tenant", "msisdn"], name="one_phone_per_tenant")
        ]

    def __str__(self) -> str:
        return f"a phone of {self.tenant}"
