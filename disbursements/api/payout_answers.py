"""What the API says of payout jobs and their transfers: camelCase, amounts as exact text."""

from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core import money
from disbursements.api.amounts import ExactAnswered
from disbursements.api.answers import AttemptSerializer, PartnerSerializer, without_phones
from disbursements.models import PayoutJob, PayoutTransfer
from disbursements.queries.payout_jobs import Share
from disbursements.states import (
    MEANINGS,
    PAYOUT_JOB_MEANINGS,
    DisbursementStatus,
    PayoutJobStatus,
    TransferStatus,
)
from ledger.models import EntryKind

JOB_STATUSES = [status.value for status in PayoutJobStatus]
TRANSFER_STATUSES = [status.value for status in TransferStatus]
PAYOUT_STATUSES = [status.value for status in DisbursementStatus]


class Masked(serializers.Serializer):
    """Phones masked for those who may not see them (`may_see_phones` of the context)."""

    def to_representation(self, instance: Any) -> dict[str, Any]:
        """Also inside texts: ids of users may be phones."""
        values = super().to_representation(instance)
        return values if self.context["may_see_phones"] else without_phones(values)


class StandingSerializer(serializers.Serializer):
    """How many transfers of a job stand so, and what they amount to."""

    count = serializers.IntegerField()
    amount = ExactAnswered()


class StandingsSerializer(serializers.Serializer):
    """Each state of transfers; the sums of all are `winnersCount` and `total`."""

    pending = StandingSerializer()
    processing = StandingSerializer()
    retryable = StandingSerializer()
    completed = StandingSerializer()
    failed_terminal = StandingSerializer()


class SkipSerializer(serializers.Serializer):
    """Why transfers wait for an account that may receive."""

    reason = serializers.CharField(help_text="Such as no_account")
    meaning = serializers.CharField(help_text="The same in words")
    count = serializers.IntegerField()


class JobSerializer(Masked):
    """One settlement that is paid out."""

    id = serializers.UUIDField()
    partner = PartnerSerializer()
    settlementId = serializers.CharField(source="settlement_id")  # noqa: N815
    contestId = serializers.CharField(source="contest_id")  # noqa: N815
    status = serializers.ChoiceField(choices=JOB_STATUSES)
    statusMeaning = serializers.SerializerMethodField()  # noqa: N815
    statusAt = serializers.DateTimeField(source="status_at")  # noqa: N815
    currency = serializers.CharField()
    pool = serializers.SerializerMethodField(help_text="What the winners share at the most")
    total = serializers.SerializerMethodField(help_text="What the winners are to get")
    winnersCount = serializers.IntegerField(source="winners_count")  # noqa: N815
    maxAttempts = serializers.IntegerField(source="max_attempts")  # noqa: N815
    shortcode = serializers.CharField(source="shortcode.number", help_text="The Stripe account")
    transfers = serializers.SerializerMethodField()
    skipped = serializers.SerializerMethodField()
    returnedAmount = serializers.SerializerMethodField(  # noqa: N815
        help_text="What was paid and came back"
    )
    createdAt = serializers.DateTimeField(source="created_at")  # noqa: N815
    completedAt = serializers.DateTimeField(source="completed_at", allow_null=True)  # noqa: N815

    def get_statusMeaning(self, job: PayoutJob) -> str:  # noqa: N802
        """The status in one sentence."""
        return PAYOUT_JOB_MEANINGS[job.status]

    @extend_schema_field(ExactAnswered())
    def get_pool(self, job: PayoutJob) -> str:
        """An exact decimal."""
        return money.plain(job.pool_minor, job.currency)

    @extend_schema_field(ExactAnswered())
    def get_total(self, job: PayoutJob) -> str:
        """An exact decimal."""
        return money.plain(job.total_minor, job.currency)

    @extend_schema_field(StandingsSerializer())
    def get_transfers(self, job: PayoutJob) -> dict[str, Any]:
        """Every state, also those that no transfer is in."""
        return standings(self.context["figures"][job.pk].states, job.currency)

    @extend_schema_field(SkipSerializer(many=True))
    def get_skipped(self, job: PayoutJob) -> list[dict[str, Any]]:
        """Most first."""
        counts = self.context["figures"][job.pk].skipped
        return skips(counts, self.context["meanings"])

    @extend_schema_field(ExactAnswered())
    def get_returnedAmount(self, job: PayoutJob) -> str:  # noqa: N802
        """An exact decimal."""
        return money.plain(self.context["figures"][job.pk].returned_minor, job.currency)


class TransferSerializer(Masked):
    """One winner. Context: `whys` and `beside`, by the transfer's id."""

    id = serializers.UUIDField(source="pk")
    jobId = serializers.UUIDField(source="job_id")  # noqa: N815
    contestId = serializers.CharField(source="contest_id")  # noqa: N815
    line = serializers.IntegerField(help_text="Place in the settlement, from 1 on")
    userId = serializers.CharField(source="user_id")  # noqa: N815
    amount = serializers.SerializerMethodField()
    currency = serializers.CharField(source="disbursement.currency")
    status = serializers.ChoiceField(choices=TRANSFER_STATUSES)
    payoutStatus = serializers.ChoiceField(  # noqa: N815
        source="disbursement.status", choices=PAYOUT_STATUSES,
        help_text="The status of its payout (GET /api/disburse/{id}), of which `status` is a view",
    )  # fmt: skip
    payoutStatusMeaning = serializers.SerializerMethodField()  # noqa: N815
    statusAt = serializers.DateTimeField(source="disbursement.status_at")  # noqa: N815
    attemptCount = serializers.IntegerField(source="disbursement.attempts_made")  # noqa: N815
    maxAttempts = serializers.SerializerMethodField()  # noqa: N815
    nextAttemptAt = serializers.DateTimeField(  # noqa: N815
        source="disbursement.next_retry_at", allow_null=True
    )
    stripeTransferId = serializers.CharField(  # noqa: N815
        source="disbursement.receipt", allow_null=True, help_text="tr_…, once it is paid"
    )
    destination = serializers.SerializerMethodField(
        help_text="acct_…: where it went, or where the next attempt would go; null: no account"
    )
    reasonCode = serializers.SerializerMethodField(  # noqa: N815
        help_text="Why it waits, or Stripe's latest code; null when there is none"
    )
    why = serializers.SerializerMethodField(help_text="Why it stands so, in one sentence")
    returnedAmount = serializers.SerializerMethodField(  # noqa: N815
        help_text="How much of it came back"
    )
    createdAt = serializers.DateTimeField(source="disbursement.created_at")  # noqa: N815
    completedAt = serializers.DateTimeField(  # noqa: N815
        source="disbursement.completed_at", allow_null=True
    )

    @extend_schema_field(ExactAnswered())
    def get_amount(self, row: PayoutTransfer) -> str:
        """An exact decimal."""
        return money.plain(row.disbursement.amount_minor, row.disbursement.currency)

    def get_payoutStatusMeaning(self, row: PayoutTransfer) -> str:  # noqa: N802
        """The payout's status in one sentence."""
        return MEANINGS[row.disbursement.status]

    def get_maxAttempts(self, row: PayoutTransfer) -> int:  # noqa: N802
        """As its limit is now."""
        return row.disbursement.max_retries + 1

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_destination(self, row: PayoutTransfer) -> str | None:
        """The account."""
        return self.context["beside"].destinations[row.pk] or None

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_reasonCode(self, row: PayoutTransfer) -> str | None:  # noqa: N802
        """Ours where it waits for an account, else Stripe's."""
        return row.skip_code or row.disbursement.failure_code or None

    def get_why(self, row: PayoutTransfer) -> str:
        """For people."""
        return self.context["whys"][row.pk]

    @extend_schema_field(ExactAnswered())
    def get_returnedAmount(self, row: PayoutTransfer) -> str:  # noqa: N802
        """An exact decimal."""
        return money.plain(row.disbursement.returned_minor, row.disbursement.currency)


class TransferAttemptSerializer(AttemptSerializer):
    """One attempt, under the names of retry_history, and what it was frozen with."""

    keyGeneration = serializers.IntegerField(  # noqa: N815
        source="key_generation", help_text="Which of the transfer's keys it used, from 1 on"
    )
    idempotencyKey = serializers.CharField(source="key")  # noqa: N815
    destination = serializers.CharField()


class BookedSerializer(serializers.Serializer):
    """One entry of the ledger about this transfer."""

    reference = serializers.CharField()
    kind = serializers.ChoiceField(choices=EntryKind.values)
    at = serializers.DateTimeField()


class TransferDetailSerializer(TransferSerializer):
    """One winner with every attempt and booking."""

    attempts = serializers.SerializerMethodField()
    ledger = serializers.SerializerMethodField()

    @extend_schema_field(TransferAttemptSerializer(many=True))
    def get_attempts(self, row: PayoutTransfer) -> Any:
        """In order."""
        return TransferAttemptSerializer(self.context["beside"].attempts[row.pk], many=True).data

    @extend_schema_field(BookedSerializer(many=True))
    def get_ledger(self, row: PayoutTransfer) -> Any:  # noqa: ARG002
        """In the order of the book."""
        return BookedSerializer(self.context["ledger"], many=True).data


class JobAnswer(serializers.Serializer):
    """Answer about one job."""

    success = serializers.BooleanField()
    job = JobSerializer()


class ScheduledAnswer(JobAnswer):
    """Answer of POST /api/payouts/settlements."""

    message = serializers.CharField()


class JobsAnswer(serializers.Serializer):
    """Answer of GET /api/payouts/jobs."""

    success = serializers.BooleanField()
    jobs = JobSerializer(many=True)
    nextCursor = serializers.CharField(allow_null=True)  # noqa: N815


class TransfersAnswer(serializers.Serializer):
    """Answer of GET /api/payouts/jobs/{id}/transfers."""

    success = serializers.BooleanField()
    transfers = TransferSerializer(many=True)
    nextCursor = serializers.CharField(allow_null=True)  # noqa: N815


class TransferAnswer(serializers.Serializer):
    """Answer of GET /api/payouts/transfers/{id}."""

    success = serializers.BooleanField()
    transfer = TransferDetailSerializer()


def standings(states: Mapping[TransferStatus, Share], currency: str) -> dict[str, Any]:
    """Count and amount of each state of transfers."""
    return {
        status.value: {
            "count": share.count, "amount": money.plain(share.amount_minor, currency),
        }
        for status, share in states.items()
    }  # fmt: skip


def skips(counts: Mapping[str, int], meanings: Mapping[str, str]) -> list[dict[str, Any]]:
    """Each reason and how many wait for it."""
    return [
        {"reason": code, "meaning": meanings[code], "count": count}
        for code, count in counts.items()
    ]
