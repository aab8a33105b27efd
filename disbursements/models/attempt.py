"""DisbursementRetryLog: one attempt to pay. StatusQuestion: one question about an attempt."""

import uuid
from collections.abc import Sequence
from typing import Any

import pgtrigger
from django.db import connection, models
from django.db.models import Q
from django.db.models.functions import Now

from disbursements.models.tally import ATTEMPT_TRIGGERS, CODES_LEFT_OUT


class AttemptOutcome(models.TextChoices):
    OPEN = "open", "Open"
    PAID = "paid", "Paid"
    NOT_PAID = "not_paid", "Proven not paid"


class Proof(models.TextChoices):
    """Why we are sure that an attempt did not pay (money_safety.md 4)."""

    REFUSED = "refused", "Refused before acceptance"
    NEVER_SENT = "never_sent", "Nothing left this machine"
    CONFIRMED_FAILURE = "confirmed_failure", "Final failure, not contradicted by a status query"
    LISTED_FAILURE = "listed_failure", "Final failure from a listed source, an hour without answer"
    QUERY_SAID_NO = "query_said_no", "Status query: cancelled, declined or expired"
    NOT_FOUND_TWICE = "not_found_twice", "Status query: no such transaction, twice"
    PERSON = "person", "Settled by two persons with evidence"


WRITTEN_FIRST = [
    "disbursement", "retry_attempt", "retry_reason", "provider_reference", "secret_digest",
    "shortcode_number", "retry_timestamp", "beneficiary", "destination", "key_generation",
]  # fmt: skip


class AttemptManager(models.Manager["DisbursementRetryLog"]):
    def acknowledge(self, attempts: Sequence["DisbursementRetryLog"]) -> None:
        """Write the provider's acknowledgements of many attempts in one statement."""
        with connection.cursor() as cursor:
            cursor.execute(
                """
                UPDATE disbursement_retry_logs AS log
                   SET acknowledged_at = known.at, conversation_id = known.conversation_id,
                       duration_ms = known.duration_ms, originator_id = known.originator_id,
                       ids_adopted = false
                  FROM unnest(%s::uuid[], %s::timestamptz[], %s::text[], %s::int[], %s::text[])
                       AS known(id, at, conversation_id, duration_ms, originator_id)
                 WHERE log.id = known.id
                """,
                [
                    [attempt.pk for attempt in attempts],
                    [attempt.acknowledged_at for attempt in attempts],
                    [attempt.conversation_id for attempt in attempts],
                    [attempt.duration_ms for attempt in attempts],
                    [attempt.originator_id for attempt in attempts],
                ],
            )


class DisbursementRetryLog(models.Model):
    """One attempt: written before the provider is called, under a reference of its own."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    disbursement = models.ForeignKey(  # attempt_numbers_unique begins with it
        "disbursements.DisbursementRequest", models.PROTECT, related_name="+", db_index=False
    )
    retry_attempt = models.PositiveSmallIntegerField(help_text="1 is the first try")
    retry_reason = models.TextField()
    provider_reference = models.CharField(max_length=64, unique=True)
    secret_digest = models.BinaryField(max_length=32, unique=True)
    shortcode_number = models.CharField(max_length=7)
    beneficiary = models.CharField(
        max_length=40, blank=True, default="", db_default="", help_text="B2B only: whom it pays"
    )
    destination = models.CharField(
        max_length=255, blank=True, default="", db_default="",
        help_text="Stripe only: the account that it pays, frozen with its key",
    )  # fmt: skip
    key_generation = models.SmallIntegerField(
        default=0, db_default=0, help_text="Stripe only: which of the payout's keys, from 1 on"
    )
    counted = models.BooleanField(default=True, help_text="Whether it uses up a retry")
    retry_timestamp = models.DateTimeField()
    created_at = models.DateTimeField(db_default=Now())

    acknowledged_at = models.DateTimeField(null=True)
    conversation_id = models.CharField(max_length=100, blank=True)
    originator_id = models.CharField(
        max_length=100, blank=True, default="", db_default="",
        help_text="B2B only: the provider's id, by which we ask",
    )  # fmt: skip
    ids_adopted = models.BooleanField(
        default=False, db_default=False,
        help_text="The ids are a callback's: the acknowledgement was lost",
    )  # fmt: skip
    duration_ms = models.PositiveIntegerField(null=True)

    mpesa_response_code = models.CharField(max_length=60, blank=True)
    mpesa_response_description = models.TextField(blank=True)
    error_details = models.JSONField(default=dict)

    reported_at = models.DateTimeField(null=True, help_text="When a failure was reported to us")
    report_listed = models.BooleanField(default=False)
    verdict = models.JSONField(default=dict, help_text="What the result-code table said")
    success_reported_at = models.DateTimeField(null=True)

    outcome = models.CharField(max_length=10, choices=AttemptOutcome, default=AttemptOutcome.OPEN)
    proof = models.CharField(max_length=20, choices=Proof, blank=True)
    proof_details = models.JSONField(default=dict)
    settled_at = models.DateTimeField(null=True)

    objects = AttemptManager()

    class Meta:
        db_table = "disbursement_retry_logs"
        ordering = ["retry_attempt"]
        constraints = [
            models.UniqueConstraint(
                fields=["disbursement", "retry_attempt"], name="attempt_numbers_unique"
            ),
            models.UniqueConstraint(
                fields=["disbursement"],
                condition=Q(outcome="open"),
                name="one_open_attempt",
            ),
            models.UniqueConstraint(
                fields=["disbursement"], condition=Q(outcome="paid"), name="paid_once"
            ),
            models.UniqueConstraint(
                fields=["beneficiary"],
                condition=Q(outcome="open") & ~Q(beneficiary=""),
                name="one_open_per_beneficiary",
            ),
            models.CheckConstraint(
                condition=~Q(outcome="not_paid") | ~Q(proof=""), name="not_paid_has_proof"
            ),
            models.CheckConstraint(
                condition=Q(retry_attempt__gte=1), name="attempts_start_at_one"
            ),
            models.CheckConstraint(
                condition=Q(destination="", key_generation=0)
                | (~Q(destination="") & Q(key_generation__gte=1)),
                name="key_has_destination",
            ),
        ]
        indexes = [
            models.Index(fields=["conversation_id"], name="attempt_by_conversation"),
            models.Index(fields=["retry_timestamp"], name="attempt_by_moment"),
            models.Index(
                fields=["beneficiary"], condition=~Q(beneficiary=""), name="attempt_by_beneficiary"
            ),
            models.Index(
                fields=["mpesa_response_code", "-retry_timestamp"],
                condition=~Q(mpesa_response_code__in=CODES_LEFT_OUT),
                name="attempt_by_code",
            ),
            models.Index(
                fields=["disbursement"],
                condition=Q(success_reported_at__isnull=False) & ~Q(outcome="paid"),
                name="attempt_said_to_be_paid",
            ),
        ]
        triggers = [
            pgtrigger.ReadOnly(name="attempt_is_read_only", fields=WRITTEN_FIRST),
            pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),
            pgtrigger.Trigger(
                name="proof_before_next",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                condition=pgtrigger.Q(new__retry_attempt__gt=1),
                func="""
                    PERFORM 1 FROM disbursement_retry_logs
                     WHERE disbursement_id = NEW.disbursement_id
                       AND retry_attempt = NEW.retry_attempt - 1
                       AND outcome = 'not_paid';
                    IF NOT FOUND THEN
                        RAISE EXCEPTION 'proof_before_next: attempt % of % has no proof',
                            NEW.retry_attempt - 1, NEW.disbursement_id
                            USING ERRCODE = 'check_violation';
                    END IF;
                    PERFORM 1 FROM disbursement_retry_logs
                     WHERE disbursement_id = NEW.disbursement_id
                       AND (outcome = 'paid' OR success_reported_at IS NOT NULL);
                    IF FOUND THEN
                        RAISE EXCEPTION 'proof_before_next: an attempt of % may have paid',
                            NEW.disbursement_id USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
            *ATTEMPT_TRIGGERS,
        ]

    def __str__(self) -> str:
        return f"attempt {self.retry_attempt} of {self.disbursement_id}"

    @property
    def key(self) -> str:
        """Stripe's idempotency key: the payout's, with the generation from the second on."""
        later = f":{self.key_generation}" if self.key_generation > 1 else ""
        return f"payout:{self.disbursement_id}{later}"

    @property
    def asked_by(self) -> str:
        """The id that a status query names: ours on B2C; on B2B the provider's, empty if lost."""
        return self.originator_id if self.beneficiary else self.provider_reference

    @property
    def hold_reference(self) -> str:
        """The ledger's reference of this attempt's hold."""
        if self.destination:
            return f"ledger:payout:{self.disbursement_id}:{self.retry_attempt}"
        return f"attempt:{self.pk}:hold"

    @property
    def late_reference(self) -> str:
        """The ledger's reference of a payment that was proven only after the hold was void."""
        return f"attempt:{self.pk}:late"

    def as_history(self) -> dict[str, Any]:
        """One entry of `retry_history`."""
        return {
            "attempt": self.retry_attempt,
            "reason": self.retry_reason,
            "providerReference": self.provider_reference,
            "conversationId": self.conversation_id,
            "responseCode": self.mpesa_response_code,
            "responseDescription": self.mpesa_response_description,
            "outcome": self.outcome,
            "proof": self.proof,
            "timestamp": self.retry_timestamp.isoformat(),
        }


class StatusQuestion(models.Model):
    """One status query about an attempt, and its answer when it came."""

    attempt = models.ForeignKey(
        "disbursements.DisbursementRetryLog", models.PROTECT, related_name="+"
    )
    secret_digest = models.BinaryField(max_length=32, unique=True)
    asked_at = models.DateTimeField()
    conversation_id = models.CharField(max_length=100, blank=True)
    error = models.CharField(max_length=300, blank=True)
    answered_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=12, blank=True)
    code = models.CharField(max_length=60, blank=True)
    text = models.TextField(blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["attempt", "asked_at"], name="question_by_attempt"),
            models.Index(fields=["conversation_id"], name="question_by_conversation"),
        ]
        triggers = [pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"question about {self.attempt_id} at {self.asked_at:%H:%M}"
