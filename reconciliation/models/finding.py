"""Finding: a difference between the sides of one subject. SeverityRule: how bad each kind is."""

import uuid

import pgtrigger
from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper

from core.states import Machine
from reconciliation import states
from reconciliation.models.subject import OfSubject
from reconciliation.states import FindingStatus, Severity


class FindingKind(models.TextChoices):
    AMOUNT_MISMATCH = "amount_mismatch", "Amounts differ"
    CURRENCY_MISMATCH = "currency_mismatch", "Currencies differ"
    STATUS_MISMATCH = "status_mismatch", "Statuses differ"
    MISSING_AT_PROVIDER = "missing_at_provider", "The provider does not have it"
    MISSING_HERE = "missing_here", "We do not have it"
    DUPLICATE = "duplicate", "Paid more than once"
    FEE_MISMATCH = "fee_mismatch", "Fees differ"
    LEDGER_MISMATCH = "ledger_mismatch", "The ledger differs"
    WRONG_BENEFICIARY = "wrong_beneficiary", "Registered to somebody else"
    LATE = "late", "Late"
    NOT_CHECKED = "not_checked", "Could not be checked"


class Finding(OfSubject):
    """One difference, for ever one row: cured and opened again as it goes and comes back.

    `about` tells several of one kind apart, such as two receipts. `here` and `there` are what the
    two sides say, {fact: text}, `there_name` who the other side is. `stake_minor` is the money
    that it is about. `times`: checks that saw it since it opened.
    """

    MACHINE = Machine(name=states.NAME, arrows=states.ARROWS, meanings=states.MEANINGS)
    Status = FindingStatus

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=24, choices=FindingKind)
    about = models.CharField(max_length=100, blank=True)
    severity = models.CharField(max_length=8, choices=[(each, each) for each in Severity])
    status = models.CharField(max_length=12, choices=[(each, each) for each in FindingStatus])
    status_at = models.DateTimeField()
    text = models.TextField(help_text="The difference in a sentence, without phones")
    reference = models.CharField(max_length=255, blank=True, help_text="What people know it by")
    here = models.JSONField(default=dict)
    there = models.JSONField(default=dict)
    there_name = models.CharField(max_length=60)
    stake_minor = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3, blank=True)
    opened_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    times = models.IntegerField(default=1)

    class Meta:
        db_table = "reconciliation_findings"
        verbose_name = "difference"
        ordering = ["-opened_at", "-id"]
        permissions = [("dismiss_finding", "May say that a difference is all right")]
        constraints = [
            models.UniqueConstraint(
                fields=["subject_kind", "subject_id", "kind", "about"],
                name="one_finding_per_difference",
            ),
            models.CheckConstraint(
                condition=Q(status__in=[each.value for each in FindingStatus]),
                name="finding_status_known",
            ),
            models.CheckConstraint(
                condition=Q(severity__in=[each.value for each in Severity]),
                name="finding_severity_known",
            ),
        ]
        indexes = [
            models.Index(fields=["-opened_at", "-id"], name="finding_newest"),
            models.Index(
                fields=["kind", "partner"], condition=Q(status="open"), name="finding_open"
            ),
            models.Index(
                fields=["-opened_at", "-id"],
                condition=Q(status="open"),
                name="finding_open_newest",
            ),
            models.Index(fields=["subject_id"], name="finding_of_subject"),
            models.Index(fields=["about"], name="finding_by_about"),
            models.Index(
                OpClass(Upper("reference"), name="varchar_pattern_ops"),
                name="finding_by_reference",
            ),
        ]
        triggers = [pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.kind} of {self.reference or self.subject_id}"


class SeverityRule(models.Model):
    """How bad a kind of difference is. Where money may be lost or paid twice the rules that
    cannot be edited say high, whatever stands here (reconciliation/rules/severities.py)."""

    kind = models.CharField(max_length=24, choices=FindingKind, unique=True)
    severity = models.CharField(max_length=8, choices=[(each, each) for each in Severity])

    class Meta:
        db_table = "reconciliation_severities"
        verbose_name = "severity"
        verbose_name_plural = "severities"
        ordering = ["kind"]

    def __str__(self) -> str:
        return str(FindingKind(self.kind).label)
