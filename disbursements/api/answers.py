"""What the API says of a disbursement: camelCase, whole shillings, times with offset."""

from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core import masking
from disbursements.api.amounts import UnitsAnswered, in_units
from disbursements.models import AttemptOutcome, DisbursementRequest, Proof
from disbursements.states import MEANINGS, DisbursementStatus

# Never free text, and a digit more or less would make another one of them.
EXACT = frozenset(
    {"id", "providerReference", "conversationId", "receipt", "jobId", "transferId", "settlementId",
     "contestId", "stripeTransferId", "stripeReversalId", "destination", "idempotencyKey",
     "ledger"}
)  # fmt: skip
STATUSES = [status.value for status in DisbursementStatus]
ATTEMPT_OUTCOMES = list(AttemptOutcome.values)


def without_phones(value: Any, name: str = "") -> Any:
    """The answer with every phone in it masked, also inside texts."""
    if isinstance(value, Mapping):
        return {each: without_phones(inner, str(each)) for each, inner in value.items()}
    if isinstance(value, list):
        return [without_phones(each, name) for each in value]
    if not isinstance(value, str) or name in EXACT or name.endswith("At"):
        return value
    if name == "msisdn" and value:
        return masking.masked_phone(value)
    return masking.without_phones(value)


class PartnerSerializer(serializers.Serializer):
    """Whose payout it is."""

    id = serializers.UUIDField()
    name = serializers.CharField()


class FailureSerializer(serializers.Serializer):
    """Why it was not paid, in the provider's words."""

    code = serializers.CharField(source="failure_code")
    text = serializers.CharField(source="failure_text")


class DisbursementSerializer(serializers.Serializer):
    """One payout as its partner sees it."""

    id = serializers.UUIDField()
    clientReference = serializers.CharField(source="client_reference")  # noqa: N815
    status = serializers.ChoiceField(choices=STATUSES)
    statusMeaning = serializers.SerializerMethodField()  # noqa: N815
    statusAt = serializers.DateTimeField(source="status_at")  # noqa: N815
    msisdn = serializers.CharField()
    payeeName = serializers.CharField(source="payee_name")  # noqa: N815
    amount = serializers.SerializerMethodField()
    currency = serializers.CharField()
    commandId = serializers.CharField(source="command_id")  # noqa: N815
    remarks = serializers.CharField()
    shortcode = serializers.CharField(source="shortcode.number")
    createdAt = serializers.DateTimeField(source="created_at")  # noqa: N815
    retryCount = serializers.IntegerField(source="retry_count")  # noqa: N815
    maxRetries = serializers.IntegerField(source="max_retries")  # noqa: N815
    retryReason = serializers.CharField(source="retry_reason")  # noqa: N815
    nextRetryAt = serializers.DateTimeField(source="next_retry_at", allow_null=True)  # noqa: N815
    receipt = serializers.CharField(allow_null=True)
    completedAt = serializers.DateTimeField(source="completed_at", allow_null=True)  # noqa: N815
    failure = serializers.SerializerMethodField()

    def to_representation(self, instance: DisbursementRequest) -> dict[str, Any]:
        """Phones masked for those who may not see them (`may_see_phones` of the context)."""
        values = super().to_representation(instance)
        if instance.beneficiary:
            values["receiver"] = {
                "number": instance.receiver_number, "kind": instance.receiver_kind,
                "accountReference": instance.account_reference,
            }  # fmt: skip
        return values if self.context["may_see_phones"] else without_phones(values)

    def get_statusMeaning(self, row: DisbursementRequest) -> str:  # noqa: N802
        """The status in one sentence."""
        return MEANINGS[row.status]

    @extend_schema_field(UnitsAnswered())
    def get_amount(self, row: DisbursementRequest) -> int | float:
        """Whole shillings; of other currencies a fraction where there is one."""
        return in_units(row.amount_minor, row.currency)

    @extend_schema_field(FailureSerializer(allow_null=True))
    def get_failure(self, row: DisbursementRequest) -> Mapping[str, Any] | None:
        """Null unless something went wrong."""
        if not row.failure_code and not row.failure_text:
            return None
        return FailureSerializer(row).data


class ListedSerializer(DisbursementSerializer):
    """One payout of a list, with its partner."""

    partner = PartnerSerializer()
    corrects = serializers.UUIDField(
        source="corrects_id", allow_null=True, help_text="The payout that it replaces"
    )


class AttemptSerializer(serializers.Serializer):
    """One attempt to pay."""

    attempt = serializers.IntegerField(source="retry_attempt")
    reason = serializers.CharField(source="retry_reason")
    providerReference = serializers.CharField(source="provider_reference")  # noqa: N815
    conversationId = serializers.CharField(source="conversation_id")  # noqa: N815
    responseCode = serializers.CharField(source="mpesa_response_code")  # noqa: N815
    responseDescription = serializers.CharField(source="mpesa_response_description")  # noqa: N815
    outcome = serializers.ChoiceField(choices=ATTEMPT_OUTCOMES)
    proof = serializers.ChoiceField(
        choices=Proof.values, allow_blank=True, help_text="Why we are sure that it did not pay"
    )
    timestamp = serializers.DateTimeField(source="retry_timestamp")


class DetailSerializer(ListedSerializer):
    """One payout with its attempts."""

    retryHistory = serializers.SerializerMethodField()  # noqa: N815

    correctedBy = serializers.SerializerMethodField()  # noqa: N815

    @extend_schema_field(serializers.UUIDField(allow_null=True))
    def get_correctedBy(self, row: DisbursementRequest) -> str | None:  # noqa: N802
        """The payout that replaces it."""
        found = DisbursementRequest.objects.filter(corrects=row).values_list("pk", flat=True)
        child = found.first()
        return str(child) if child else None

    @extend_schema_field(AttemptSerializer(many=True))
    def get_retryHistory(self, row: DisbursementRequest) -> Any:  # noqa: ARG002, N802
        """Every attempt in order."""
        return AttemptSerializer(self.context["attempts"], many=True).data


class InstructedAnswer(serializers.Serializer):
    """Answer of POST /api/disburse."""

    success = serializers.BooleanField()
    message = serializers.CharField()
    disbursement = DisbursementSerializer()


class DisbursementsAnswer(serializers.Serializer):
    """Answer of GET /api/disburse."""

    success = serializers.BooleanField()
    disbursements = ListedSerializer(many=True)
    nextCursor = serializers.CharField(allow_null=True)  # noqa: N815


class DetailAnswer(serializers.Serializer):
    """Answer of GET /api/disburse/{id}."""

    success = serializers.BooleanField()
    disbursement = DetailSerializer()


class ErrorAnswer(serializers.Serializer):
    """Answer of every refusal."""

    success = serializers.BooleanField(default=False)
    error = serializers.CharField(help_text="One sentence for a person")
    code = serializers.CharField(help_text="A word for a program")
    fields = serializers.DictField(  # type: ignore[assignment]
        child=serializers.ListField(child=serializers.CharField()),
        help_text="What is wrong with each field",
    )
