"""Shortcode: where money leaves from, with its sealed credentials. Wallet, BalanceReading."""

import uuid

from django.db import models

from core import secrets
from gateways.interface import PlatformAccess, ShortcodeAccess

TPS_LIMIT_DEFAULT = 20


class ShortcodeKind(models.TextChoices):
    PAYBILL = "paybill", "Paybill"
    TILL = "till", "Till"
    STRIPE = "stripe", "Stripe account"


class ShortcodeManager(models.Manager["Shortcode"]):
    def of_mpesa(self) -> models.QuerySet["Shortcode"]:
        """Paybills and tills."""
        return self.exclude(kind=ShortcodeKind.STRIPE)

    def of_stripe(self) -> models.QuerySet["Shortcode"]:
        """Stripe platform accounts."""
        return self.filter(kind=ShortcodeKind.STRIPE)


class Shortcode(models.Model):
    """What money leaves from: a paybill, a till, or a Stripe platform account (decision 20).

    Credentials are sealed to this row.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    partner = models.ForeignKey("vault.Partner", models.PROTECT, related_name="+")
    number = models.CharField(max_length=7, unique=True)
    kind = models.CharField(max_length=10, choices=ShortcodeKind)
    initiator_name = models.CharField(max_length=100)
    sealed_credentials = models.TextField()
    certificate = models.TextField(help_text="Safaricom's X.509 certificate, PEM")
    tps_limit = models.PositiveIntegerField(
        default=TPS_LIMIT_DEFAULT, help_text="Calls per second at the most"
    )
    low_float_minor = models.BigIntegerField(
        default=0, help_text="Alert when the utility wallet holds less, in cents; 0 is off"
    )
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    objects = ShortcodeManager()
    SEALED = "sealed_credentials"

    class Meta:
        ordering = ["number"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=ShortcodeKind.values), name="shortcode_kind_known"
            ),
            models.CheckConstraint(
                condition=models.Q(tps_limit__gte=1), name="shortcode_tps_positive"
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def context(self) -> str:
        """What its credentials are sealed to."""
        return f"shortcode:{self.pk}"

    def access(self) -> ShortcodeAccess:
        """The opened credentials of a paybill or till; raises secrets.CannotOpen."""
        values = self._opened()
        return ShortcodeAccess(
            number=self.number,
            consumer_key=values["consumer_key"],
            consumer_secret=values["consumer_secret"],
            initiator_name=self.initiator_name,
            initiator_password=values["initiator_password"],
            certificate=self.certificate,
        )

    def platform_access(self) -> PlatformAccess:
        """The opened key of a Stripe account; raises secrets.CannotOpen."""
        return PlatformAccess(secret_key=self._opened()["secret_key"])

    def _opened(self) -> dict[str, str]:
        return secrets.unseal(self.sealed_credentials, context=self.context)


class Wallet(models.Model):
    """One account of a shortcode as M-Pesa names it: Utility, Working, Charges Paid, …"""

    shortcode = models.ForeignKey("vault.Shortcode", models.PROTECT, related_name="+")
    name = models.CharField(max_length=60)
    currency = models.CharField(max_length=3)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["shortcode", "name", "currency"], name="one_wallet_per_name"
            )
        ]

    def __str__(self) -> str:
        return f"{self.shortcode} {self.name}"


class BalanceReading(models.Model):
    """What a wallet held at a moment, by the provider's word. Amounts in minor units."""

    wallet = models.ForeignKey("vault.Wallet", models.PROTECT, related_name="+")
    current_minor = models.BigIntegerField()
    available_minor = models.BigIntegerField()
    reserved_minor = models.BigIntegerField(default=0)
    uncleared_minor = models.BigIntegerField(default=0)
    read_at = models.DateTimeField()
    source = models.CharField(max_length=40, help_text="balance query or payout result")

    class Meta:
        indexes = [models.Index(fields=["wallet", "-read_at"], name="reading_latest")]

    def __str__(self) -> str:
        return f"{self.wallet} at {self.read_at:%Y-%m-%d %H:%M}"


class BalanceQuery(models.Model):
    """A question for balances that was sent, so that only its own answer is believed."""

    shortcode = models.ForeignKey("vault.Shortcode", models.PROTECT, related_name="+")
    secret_digest = models.BinaryField(max_length=32, unique=True)
    conversation_id = models.CharField(max_length=100, blank=True)
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    code = models.CharField(max_length=20, blank=True)
    text = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"balance query of {self.shortcode}"
