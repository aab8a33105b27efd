"""MifosConnection: a partner's Mifos X, where approved loans are read and paid ones are booked."""

import uuid

from django.db import models
from django.db.models import F, Q

from core import secrets

REQUESTS_PER_MINUTE_DEFAULT = 120
REQUESTS_PER_MINUTE_MAX = 1_200
PAYMENT_TYPE_DEFAULT = "M-Pesa"
TIME_ZONE_DEFAULT = "Africa/Nairobi"


class MifosConnection(models.Model):
    """One per partner. The password is sealed to this row, and never goes to another host.

    Loans are read, paid and booked only while another person than `changed_by` has confirmed the
    address: whoever names the server decides what is paid, and what counts as booked.
    """

    SEALED = "sealed_password"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    partner = models.OneToOneField("vault.Partner", models.PROTECT, related_name="+")
    host = models.CharField(
        max_length=255, help_text="https://mifos.example.org:8443, with a path if it has one"
    )
    tenant = models.CharField(max_length=100)
    username = models.CharField(max_length=100)
    sealed_password = models.TextField()
    ca_bundle = models.TextField(
        blank=True, help_text="PEM; empty for the certificates that the system trusts"
    )
    time_zone = models.CharField(
        max_length=60, default=TIME_ZONE_DEFAULT, help_text="Of the tenant in Mifos X"
    )
    version_detected = models.CharField(max_length=40, blank=True)
    version_override = models.CharField(
        max_length=40, blank=True, help_text="Such as 1.8.4; takes the place of what was detected"
    )
    payment_type_name = models.CharField(max_length=100, default=PAYMENT_TYPE_DEFAULT)
    office_name = models.CharField(
        max_length=100, blank=True, help_text="Whose loans are seen; empty for the head office"
    )
    shortcode = models.ForeignKey(
        "vault.Shortcode", models.PROTECT, null=True, blank=True, related_name="+",
        help_text="What loans are paid from; empty where the partner has one",
    )  # fmt: skip
    requests_per_minute = models.IntegerField(default=REQUESTS_PER_MINUTE_DEFAULT)
    is_mifos_configured = models.BooleanField(default=False)
    mifos_auto_disbursement_enabled = models.BooleanField(default=False)
    changed_by = models.CharField(max_length=150)
    confirmed_by = models.CharField(max_length=150, blank=True)
    confirmed_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    checked_at = models.DateTimeField(null=True)
    check_report = models.JSONField(default=list)
    next_sync_at = models.DateTimeField()
    last_sync_at = models.DateTimeField(null=True)
    failures = models.IntegerField(default=0, help_text="Calls that failed one after the other")
    not_before = models.DateTimeField(null=True, help_text="It is left alone until then")
    trouble = models.CharField(max_length=300, blank=True)
    minute_at = models.DateTimeField(null=True)
    minute_requests = models.IntegerField(default=0)

    class Meta:
        db_table = "mifos_connections"
        verbose_name = "Mifos X connection"
        permissions = [
            ("confirm_mifosconnection", "May confirm the Mifos X address that another set"),
            ("check_mifosconnection", "May test a Mifos X connection"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(requests_per_minute__gte=1), name="mifos_requests_positive"
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by="", confirmed_at=None)
                | (Q(confirmed_at__isnull=False) & ~Q(confirmed_by="")),
                name="mifos_confirmed_at_a_moment",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by="") | ~Q(confirmed_by=F("changed_by")),
                name="mifos_confirmed_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"Mifos X of {self.partner}"

    @property
    def context(self) -> str:
        """What its password is sealed to: row and server, so that it opens for no other."""
        return f"mifos:{self.pk}:{self.host}"

    def password(self) -> str:
        """The opened password; raises secrets.CannotOpen."""
        return secrets.unseal(self.sealed_password, context=self.context)["password"]

    @property
    def version(self) -> str:
        """What the server is taken for, such as `1.9.0`; empty when nobody knows."""
        return self.version_override or self.version_detected

    @property
    def may_book(self) -> bool:
        """Whether what was paid is booked there: also of a connection that is switched off."""
        return self.is_mifos_configured and bool(self.confirmed_by)

    @property
    def pays(self) -> bool:
        """Whether its loans are paid by themselves."""
        return self.may_book and self.mifos_auto_disbursement_enabled
