"""LoanProductAutoDisbursalConfig: which loans of a product are paid without a person."""

from django.db import models
from django.db.models import F, Q


class LoanProductAutoDisbursalConfig(models.Model):
    """Amounts in minor units of `currency`, of what the client receives. `auto_approve` off:
    each loan of it waits for a person."""

    partner = models.ForeignKey("vault.Partner", models.PROTECT, related_name="+")
    product_id = models.BigIntegerField(help_text="The loan product's id in Mifos X")
    product_name = models.CharField(max_length=100, blank=True)
    currency = models.CharField(max_length=3, default="KES")
    enabled = models.BooleanField(default=False)
    min_amount_minor = models.BigIntegerField()
    max_amount_minor = models.BigIntegerField()
    auto_approve = models.BooleanField(default=False)
    daily_count_max = models.IntegerField(
        null=True, blank=True, help_text="Loans a day (Nairobi); empty for no limit"
    )
    daily_amount_max_minor = models.BigIntegerField(null=True, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        db_table = "loan_product_auto_disbursal_configs"
        verbose_name = "loan product"
        ordering = ["partner", "product_id"]
        constraints = [
            models.UniqueConstraint(
                fields=["partner", "product_id"], name="one_config_per_loan_product"
            ),
            models.CheckConstraint(
                condition=Q(min_amount_minor__gt=0, max_amount_minor__gte=F("min_amount_minor")),
                name="loan_product_amounts_fit",
            ),
            models.CheckConstraint(
                condition=(Q(daily_count_max=None) | Q(daily_count_max__gte=0))
                & (Q(daily_amount_max_minor=None) | Q(daily_amount_max_minor__gte=0)),
                name="loan_product_days_fit",
            ),
        ]

    def __str__(self) -> str:
        return self.product_name or f"product {self.product_id}"
