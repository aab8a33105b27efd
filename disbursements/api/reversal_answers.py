"""What the API says of reversals: money taken back from a connected account."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core import money
from disbursements.api.amounts import ExactAnswered
from disbursements.api.answers import FailureSerializer
from disbursements.api.payout_answers import Masked
from disbursements.models import TransferReversal
from disbursements.states import REVERSAL_MEANINGS, ReversalStatus

STATUSES = [status.value for status in ReversalStatus]


class ReversalSerializer(Masked):
    """One wish to take money back, and what became of it. Context: `jobs` by transfer."""

    id = serializers.UUIDField()
    transferId = serializers.UUIDField(source="disbursement_id")  # noqa: N815
    jobId = serializers.SerializerMethodField()  # noqa: N815
    userId = serializers.CharField(source="disbursement.payee_user")  # noqa: N815
    amount = serializers.SerializerMethodField()
    currency = serializers.CharField()
    status = serializers.ChoiceField(choices=STATUSES)
    statusMeaning = serializers.SerializerMethodField()  # noqa: N815
    statusAt = serializers.DateTimeField(source="status_at")  # noqa: N815
    reason = serializers.CharField()
    proposedBy = serializers.CharField(source="proposed_by")  # noqa: N815
    proposedAt = serializers.DateTimeField(source="proposed_at")  # noqa: N815
    decidedBy = serializers.CharField(source="decided_by", allow_blank=True)  # noqa: N815
    decidedAt = serializers.DateTimeField(source="decided_at", allow_null=True)  # noqa: N815
    decisionReason = serializers.CharField(  # noqa: N815
        source="decision_reason", allow_blank=True
    )
    stripeReversalId = serializers.SerializerMethodField(  # noqa: N815
        help_text="trr_…, once the money is back"
    )
    failure = serializers.SerializerMethodField()

    @extend_schema_field(serializers.UUIDField(allow_null=True))
    def get_jobId(self, row: TransferReversal) -> UUID | None:  # noqa: N802
        """The job of its transfer."""
        found: UUID | None = self.context["jobs"].get(row.disbursement_id)
        return found

    @extend_schema_field(ExactAnswered())
    def get_amount(self, row: TransferReversal) -> str:
        """An exact decimal."""
        return money.plain(row.amount_minor, row.currency)

    def get_statusMeaning(self, row: TransferReversal) -> str:  # noqa: N802
        """The status in one sentence."""
        return REVERSAL_MEANINGS[row.status]

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_stripeReversalId(self, row: TransferReversal) -> str | None:  # noqa: N802
        """Null until it is done."""
        return row.provider_id or None

    @extend_schema_field(FailureSerializer(allow_null=True))
    def get_failure(self, row: TransferReversal) -> Any:
        """Null unless Stripe refused."""
        if not row.failure_code and not row.failure_text:
            return None
        return FailureSerializer(row).data


class ReversalAnswer(serializers.Serializer):
    """Answer of every verb about a reversal."""

    success = serializers.BooleanField()
    reversal = ReversalSerializer()


class ReversalsAnswer(serializers.Serializer):
    """Answer of GET /api/payouts/reversals."""

    success = serializers.BooleanField()
    reversals = ReversalSerializer(many=True)
    nextCursor = serializers.CharField(allow_null=True)  # noqa: N815
