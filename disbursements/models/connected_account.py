"""ConnectedAccount: where a partner's user receives Stripe transfers (stripe.md 6)."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from gateways.interface import Capability


class ConnectedAccount(models.Model):
    """A user's account as the provider last described it; `standing_at` None: not asked yet.

    What is said of it comes from asking alone. A notice only makes it due to be asked about.
    """

    partner = models.ForeignKey("vault.Partner", models.PROTECT, related_name="+", db_index=False)
    user_id = models.CharField(max_length=100, help_text="The partner's id of the user")
    account_id = models.CharField(max_length=255, help_text="Such as acct_1Example")
    country = models.CharField(max_length=2, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    transfers = models.CharField(
        max_length=12,
        choices=[(each.value, each.value) for each in Capability],
        default=Capability.UNREQUESTED.value,
    )
    payouts_enabled = models.BooleanField(default=False)
    currently_due = models.JSONField(default=list, blank=True)
    past_due = models.JSONField(default=list, blank=True)
    disabled_reason = models.CharField(max_length=100, blank=True)
    left_at = models.DateTimeField(null=True, help_text="When the user took our access back")
    bank_failure = models.CharField(
        max_length=300, blank=True, help_text="Why the bank sent the latest payout back"
    )
    standing_at = models.DateTimeField(null=True, help_text="When the provider last told us")
    refresh_at = models.DateTimeField(db_default=Now(), help_text="When it is asked about next")
    refresh_error = models.CharField(
        max_length=300, blank=True, help_text="Why the latest asking brought no answer"
    )
    created_by = models.CharField(max_length=150)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        db_table = "connected_accounts"
        ordering = ["partner", "user_id"]
        constraints = [
            models.UniqueConstraint(fields=["partner", "user_id"], name="one_account_per_user"),
            models.UniqueConstraint(fields=["partner", "account_id"], name="one_user_per_account"),
            models.CheckConstraint(
                condition=Q(transfers__in=[each.value for each in Capability]),
                name="transfers_capability_known",
            ),
        ]
        indexes = [
            models.Index(fields=["account_id"], name="account_by_provider_id"),
            models.Index(fields=["refresh_at", "id"], name="account_to_refresh"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.account_id}"
