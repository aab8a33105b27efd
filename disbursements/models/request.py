"""DisbursementRequest: every outgoing payment, whatever its origin or rail."""

import uuid
from typing import Any

import pgtrigger
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVector
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper

from core.states import Machine
from disbursements import states
from disbursements.models.tally import PAYOUT_TRIGGERS
from disbursements.states import DisbursementStatus

INSTRUCTION = [
    "partner", "shortcode", "rail", "client_reference", "request_digest", "msisdn",
    "amount_minor", "currency", "command_id", "created_at", "corrects", "receiver_number",
    "receiver_kind", "account_reference", "beneficiary", "payee_user",
]  # fmt: skip


PAYEE_FITS_RAIL = (
    Q(rail="mpesa_b2b", msisdn="", payee_user="")
    & ~Q(receiver_number="")
    & ~Q(beneficiary="")
    & (
        (Q(receiver_kind="paybill") & ~Q(account_reference=""))
        | Q(receiver_kind="till", account_reference="")
    )
) | (
    Q(receiver_number="", receiver_kind="", beneficiary="")
    & (
        (Q(rail="stripe_transfer", msisdn="") & ~Q(payee_user=""))
        | (~Q(rail__in=["mpesa_b2b", "stripe_transfer"]) & Q(payee_user=""))
    )
)


class DisbursementRequest(models.Model):
    """One instruction to pay one payee once. What was instructed never changes."""

    MACHINE = Machine(name=states.NAME, arrows=states.ARROWS, meanings=states.MEANINGS)
    Status = DisbursementStatus

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    partner = models.ForeignKey(  # by_partner_newest and by_shortcode_newest begin with them
        "vault.Partner", models.PROTECT, related_name="+", db_index=False
    )
    shortcode = models.ForeignKey(
        "vault.Shortcode", models.PROTECT, related_name="+", db_index=False
    )
    rail = models.CharField(max_length=20)
    status = models.CharField(
        max_length=12, choices=[(status.value, status.value) for status in DisbursementStatus]
    )
    status_at = models.DateTimeField()

    client_reference = models.CharField(max_length=100)
    idempotency_key = models.CharField(max_length=255, null=True)
    request_digest = models.BinaryField(max_length=32)
    origin = models.CharField(max_length=20, help_text="api, file, admin or command")
    origin_id = models.CharField(max_length=64, blank=True)
    corrects = models.OneToOneField(
        "self", models.PROTECT, null=True, related_name="+", help_text="The payout it replaces"
    )
    created_by = models.CharField(max_length=150)
    created_at = models.DateTimeField()

    msisdn = models.CharField(max_length=12, help_text="Empty where a business is paid")
    receiver_number = models.CharField(max_length=7, blank=True, default="", db_default="")
    receiver_kind = models.CharField(
        max_length=10, blank=True, default="", db_default="", help_text="paybill or till"
    )
    account_reference = models.CharField(max_length=13, blank=True, default="", db_default="")
    beneficiary = models.CharField(
        max_length=40, blank=True, default="", db_default="",
        help_text="Whom B2B pays, in one form: it has one unresolved attempt at the most",
    )  # fmt: skip
    payee_user = models.CharField(
        max_length=100, blank=True, default="", db_default="",
        help_text="Stripe only: the partner's id of who is paid, by their connected account",
    )  # fmt: skip
    payee_name = models.CharField(max_length=120, blank=True)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    command_id = models.CharField(max_length=30)
    remarks = models.CharField(max_length=100)

    due_at = models.DateTimeField()
    cleared_until = models.DateTimeField(
        null=True, help_text="Not sent after this moment until its origin has cleared it again"
    )
    lease_until = models.DateTimeField(null=True)
    ask_at = models.DateTimeField(null=True)
    attempts_made = models.PositiveSmallIntegerField(default=0)

    retry_count = models.PositiveSmallIntegerField(default=0)
    max_retries = models.PositiveSmallIntegerField(default=3)
    retry_reason = models.TextField(blank=True)
    next_retry_at = models.DateTimeField(null=True)

    receipt = models.CharField(max_length=255, null=True)
    returned_minor = models.BigIntegerField(
        default=0, db_default=0, help_text="How much of what was paid came back"
    )
    completed_at = models.DateTimeField(null=True)
    failure_code = models.CharField(max_length=60, blank=True)
    failure_text = models.TextField(blank=True)
    parked_cause = models.CharField(max_length=100, blank=True)
    person_needed_at = models.DateTimeField(null=True)
    person_needed_because = models.TextField(blank=True)

    class Meta:
        db_table = "disbursement_requests"
        verbose_name = "payout"
        permissions = [
            ("see_phones", "May see full phone numbers"),
            ("retry_disbursementrequest", "May retry, ask, release and change the retry limit"),
            ("force_disbursementrequest", "May force a retry past its limit"),
            ("cancel_disbursementrequest", "May cancel what was not sent yet"),
            ("correct_disbursementrequest", "May correct and resend what failed"),
            ("export_disbursementrequest", "May take rows away in a file"),
            ("settle_disbursementrequest", "May propose how an unknown payout ended"),
            ("approve_disbursementrequest", "May approve what another person proposed"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["partner", "client_reference"], name="one_request_per_client_reference"
            ),
            models.UniqueConstraint(
                fields=["partner", "idempotency_key"], name="one_request_per_idempotency_key"
            ),
            models.UniqueConstraint(fields=["rail", "receipt"], name="one_request_per_receipt"),
            models.CheckConstraint(
                condition=Q(status__in=[status.value for status in DisbursementStatus]),
                name="disbursement_status_known",
            ),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="amount_positive"),
            models.CheckConstraint(
                condition=~Q(status__in=["completed", "returned"])
                | Q(receipt__isnull=False, completed_at__isnull=False),
                name="completed_has_receipt",
            ),
            models.CheckConstraint(
                condition=~Q(status="retrying") | Q(next_retry_at__isnull=False),
                name="retrying_has_moment",
            ),
            models.CheckConstraint(
                condition=~Q(status="sending") | Q(lease_until__isnull=False),
                name="sending_has_lease",
            ),
            models.CheckConstraint(
                condition=~Q(status="parked") | ~Q(parked_cause=""), name="parked_has_cause"
            ),
            models.CheckConstraint(condition=PAYEE_FITS_RAIL, name="payee_fits_rail"),
            models.UniqueConstraint(
                fields=["origin_id"],
                condition=Q(origin="loan", corrects=None),
                name="one_payout_per_loan_cycle",
            ),
            models.CheckConstraint(
                condition=Q(returned_minor__gte=0, returned_minor__lte=F("amount_minor"))
                & (
                    ~Q(rail="stripe_transfer", status="returned")
                    | Q(returned_minor=F("amount_minor"))
                ),
                name="returned_fits",
            ),
        ]
        indexes = [
            models.Index(
                fields=["shortcode", "due_at", "id"],
                condition=Q(status="queued"),
                name="due_to_send",
            ),
            models.Index(
                fields=["shortcode", "next_retry_at", "id"],
                condition=Q(status="retrying"),
                name="due_to_retry",
            ),
            models.Index(
                fields=["cleared_until", "id"],
                condition=Q(cleared_until__isnull=False, status__in=["queued", "retrying"]),
                name="to_be_cleared",
            ),
            models.Index(
                fields=["lease_until", "id"], condition=Q(status="sending"), name="due_to_recover"
            ),
            models.Index(
                fields=["ask_at", "id"], condition=Q(ask_at__isnull=False), name="due_to_ask"
            ),
            models.Index(fields=["partner", "-created_at", "-id"], name="by_partner_newest"),
            models.Index(fields=["shortcode", "-created_at", "-id"], name="by_shortcode_newest"),
            models.Index(fields=["-created_at", "-id"], name="by_newest"),
            models.Index(fields=["status", "-created_at"], name="by_status_newest"),
            models.Index(fields=["msisdn"], name="by_msisdn"),
            models.Index(
                fields=["parked_cause", "-created_at", "-id"],
                condition=Q(status="parked"),
                name="by_cause_newest",
            ),
            models.Index(fields=["origin_id", "-created_at", "-id"], name="by_origin_newest"),
            models.Index(
                fields=["completed_at"],
                condition=Q(completed_at__isnull=False),
                name="by_completed",
            ),
            models.Index(
                fields=["person_needed_at"],
                condition=Q(person_needed_at__isnull=False),
                name="by_person_needed",
            ),
            models.Index(
                fields=["failure_code", "-created_at"],
                condition=~Q(failure_code=""),
                name="by_code_newest",
            ),
            models.Index(
                fields=["status_at"], condition=Q(status="unknown"), name="by_unknown_since"
            ),
            models.Index(fields=["amount_minor", "-created_at"], name="by_amount_newest"),
            models.Index(
                OpClass(Upper("client_reference"), name="text_pattern_ops"),
                name="by_reference_start",
            ),
            GinIndex(SearchVector("payee_name", config="simple"), name="by_words_of_name"),
            models.Index(
                fields=["payee_user", "-created_at"],
                condition=~Q(payee_user=""),
                name="by_payee_user",
            ),
        ]
        triggers = [
            pgtrigger.ReadOnly(name="instruction_is_read_only", fields=INSTRUCTION),
            pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="completed_stays_completed",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__status__in=["completed", "returned", "cancelled"])
                & pgtrigger.Q(old__status__df=pgtrigger.F("new__status"))
                & ~(pgtrigger.Q(old__status="completed") & pgtrigger.Q(new__status="returned")),
            ),
            *PAYOUT_TRIGGERS,
        ]

    def __str__(self) -> str:
        return self.client_reference

    @property
    def business(self) -> str:
        """`paybill 600222, account PROP001`; empty where a person is paid."""
        if not self.beneficiary:
            return ""
        account = f", account {self.account_reference}" if self.account_reference else ""
        return f"{self.receiver_kind} {self.receiver_number}{account}"

    @property
    def retry_history(self) -> list[dict[str, Any]]:
        """Every attempt in order, as the source document's `retry_history` shows it."""
        from disbursements.models.attempt import DisbursementRetryLog

        logs = DisbursementRetryLog.objects.filter(disbursement=self).order_by("retry_attempt")
        return [log.as_history() for log in logs]
