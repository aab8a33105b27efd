"""PayoutJob: a contest's settlement to be paid out. PayoutTransfer: one winner of it."""

import uuid

import pgtrigger
from django.db import models
from django.db.models import F, Q

from core.states import Machine
from disbursements import states
from disbursements.states import TRANSFER_STATUS, PayoutJobStatus, TransferStatus

SETTLED = [
    "partner", "settlement_id", "contest_id", "currency", "pool_minor", "total_minor",
    "winners_count", "request_digest", "max_attempts", "created_at", "created_by",
]  # fmt: skip
WON = ["disbursement", "job", "partner", "contest_id", "user_id", "line"]


class PayoutJob(models.Model):
    """All winners of one settlement, each paid once. Amounts in minor units of `currency`."""

    MACHINE = Machine(
        name=states.PAYOUT_JOB_NAME,
        arrows=states.PAYOUT_JOB_ARROWS,
        meanings=states.PAYOUT_JOB_MEANINGS,
    )
    Status = PayoutJobStatus

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    partner = models.ForeignKey("vault.Partner", models.PROTECT, related_name="+", db_index=False)
    shortcode = models.ForeignKey("vault.Shortcode", models.PROTECT, related_name="+")
    settlement_id = models.CharField(max_length=100)
    contest_id = models.CharField(max_length=100)
    currency = models.CharField(max_length=3)
    pool_minor = models.BigIntegerField(help_text="What the winners share at the most")
    total_minor = models.BigIntegerField(help_text="What the winners are to get")
    winners_count = models.PositiveIntegerField()
    max_attempts = models.PositiveSmallIntegerField()
    request_digest = models.BinaryField(max_length=32)
    status = models.CharField(
        max_length=12, choices=[(each.value, each.value) for each in PayoutJobStatus]
    )
    status_at = models.DateTimeField()
    completed_at = models.DateTimeField(null=True)
    origin = models.CharField(max_length=20, help_text="api, file, admin or command")
    created_by = models.CharField(max_length=150)
    created_at = models.DateTimeField()

    class Meta:
        db_table = "payout_jobs"
        ordering = ["-created_at", "-id"]
        permissions = [
            ("schedule_payoutjob", "May hand in a settlement to be paid out"),
            ("retry_payoutjob", "May retry the payouts of a job"),
            ("cancel_payoutjob", "May cancel what a job has not sent"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["partner", "settlement_id"], name="one_job_per_settlement"
            ),
            models.CheckConstraint(
                condition=Q(status__in=sorted(each.value for each in PayoutJobStatus)),
                name="payout_job_status_known",
            ),
            models.CheckConstraint(
                condition=Q(total_minor__gt=0, total_minor__lte=F("pool_minor")),
                name="winners_fit_the_pool",
            ),
            models.CheckConstraint(
                condition=Q(winners_count__gt=0, max_attempts__gt=0), name="payout_job_positive"
            ),
            models.CheckConstraint(
                condition=~Q(status="complete") | Q(completed_at__isnull=False),
                name="complete_job_has_moment",
            ),
        ]
        indexes = [
            models.Index(fields=["partner", "-created_at", "-id"], name="payout_job_newest"),
            models.Index(
                fields=["created_at", "id"],
                condition=~Q(status="complete"),
                name="payout_job_open",
            ),
            models.Index(fields=["contest_id"], name="payout_job_by_contest"),
        ]
        triggers = [
            pgtrigger.ReadOnly(name="settlement_is_read_only", fields=SETTLED),
            pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"payout job {self.settlement_id}"


class PayoutTransfer(models.Model):
    """One winner. What is paid, and how that goes, is its payout's: they share their id."""

    disbursement = models.OneToOneField(
        "disbursements.DisbursementRequest", models.PROTECT, primary_key=True, related_name="+"
    )
    job = models.ForeignKey(  # one_transfer_per_line begins with it
        "disbursements.PayoutJob", models.PROTECT, related_name="transfers", db_index=False
    )
    partner = models.ForeignKey("vault.Partner", models.PROTECT, related_name="+", db_index=False)
    contest_id = models.CharField(max_length=100)
    user_id = models.CharField(max_length=100)
    line = models.PositiveIntegerField(help_text="Of the settlement, from 1 on")
    skip_code = models.CharField(
        max_length=60, blank=True, help_text="Why it waits: rules/receiving.py; empty: it does not"
    )
    skipped_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "payout_transfers"
        ordering = ["job", "line"]
        constraints = [
            models.UniqueConstraint(
                fields=["partner", "contest_id", "user_id"], name="one_transfer_per_winner"
            ),
            models.UniqueConstraint(fields=["job", "line"], name="one_transfer_per_line"),
            models.CheckConstraint(
                condition=Q(skip_code="", skipped_at=None)
                | (~Q(skip_code="") & Q(skipped_at__isnull=False)),
                name="skipped_has_moment",
            ),
        ]
        indexes = [
            models.Index(
                fields=["partner", "user_id"], condition=~Q(skip_code=""), name="transfer_skipped"
            ),
        ]
        triggers = [
            pgtrigger.ReadOnly(name="winner_is_read_only", fields=WON),
            pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"winner {self.user_id} of {self.contest_id}"

    @property
    def status(self) -> TransferStatus:
        """The view of its payout's status."""
        return TRANSFER_STATUS[self.disbursement.status]
