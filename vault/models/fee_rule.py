"""FeeRule: what the platform keeps of a payment, from a moment on. Followed, never changed."""

import pgtrigger
from django.db import models
from django.db.models import Q


class FeeRule(models.Model):
    """The fee of a partner, an owner or a property: the nearest one that is valid at payment.

    rate_bps of the payment (500 is 5 %) plus flat_minor, at least minimum_minor and at most
    maximum_minor, in minor units. Without any rule PLATFORM_FEE_PERCENTAGE holds.
    """

    partner = models.ForeignKey("vault.Partner", models.PROTECT, related_name="+")
    owner = models.ForeignKey("vault.Owner", models.PROTECT, null=True, related_name="+")
    property = models.ForeignKey("vault.Property", models.PROTECT, null=True, related_name="+")
    rate_bps = models.PositiveIntegerField(default=0)
    flat_minor = models.BigIntegerField(default=0)
    minimum_minor = models.BigIntegerField(default=0)
    maximum_minor = models.BigIntegerField(null=True)
    valid_from = models.DateTimeField()
    created_by = models.CharField(max_length=150)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["-valid_from", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["partner", "owner", "property", "valid_from"],
                nulls_distinct=False,
                name="one_fee_rule_per_moment",
            ),
            models.CheckConstraint(
                condition=Q(owner=None) | Q(property=None), name="fee_rule_of_one_thing"
            ),
            models.CheckConstraint(
                condition=Q(rate_bps__lte=10_000, flat_minor__gte=0, minimum_minor__gte=0)
                & (Q(maximum_minor=None) | Q(maximum_minor__gte=models.F("minimum_minor"))),
                name="fee_rule_values_fit",
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="fee_rule_is_kept", operation=pgtrigger.Update | pgtrigger.Delete
            )
        ]

    def __str__(self) -> str:
        return f"{self.rate_bps / 100:g} % from {self.valid_from:%Y-%m-%d}"
