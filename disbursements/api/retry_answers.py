"""What the API of the retry desk says: payouts with their retries, and what they amount to."""

from datetime import datetime
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core import masking
from disbursements.api.amounts import UnitsAnswered, in_units
from disbursements.api.answers import ListedSerializer
from disbursements.models import AttemptOutcome, DisbursementRequest, DisbursementRetryLog, Proof
from disbursements.queries.result_codes import InWords
from disbursements.queries.summary import Summary
from disbursements.states import DisbursementStatus

S = DisbursementStatus
EXPLAINED = frozenset({S.FAILED, S.PARKED, S.RETRYING, S.UNKNOWN})


class PersonNeededSerializer(serializers.Serializer):
    """Since when a person is needed, and why."""

    at = serializers.DateTimeField(source="person_needed_at")
    because = serializers.CharField(source="person_needed_because")


class ExplanationSerializer(serializers.Serializer):
    """The provider's code in words."""

    whatHappened = serializers.CharField(source="happened")  # noqa: N815
    whatHappenedSw = serializers.CharField(source="happened_sw")  # noqa: N815
    whoseSide = serializers.CharField(source="side")  # noqa: N815
    whatToDo = serializers.CharField(source="to_do")  # noqa: N815
    whatToDoSw = serializers.CharField(source="to_do_sw")  # noqa: N815


class RetryLogSerializer(serializers.Serializer):
    """One attempt, under the names of the source document."""

    id = serializers.UUIDField()
    retryAttempt = serializers.IntegerField(source="retry_attempt")  # noqa: N815
    retryReason = serializers.CharField(source="retry_reason")  # noqa: N815
    providerReference = serializers.CharField(source="provider_reference")  # noqa: N815
    conversationId = serializers.CharField(source="conversation_id")  # noqa: N815
    mpesaResponseCode = serializers.CharField(source="mpesa_response_code")  # noqa: N815
    mpesaResponseDescription = serializers.CharField(  # noqa: N815
        source="mpesa_response_description"
    )
    errorDetails = serializers.SerializerMethodField()  # noqa: N815
    durationMs = serializers.IntegerField(source="duration_ms", allow_null=True)  # noqa: N815
    outcome = serializers.ChoiceField(choices=AttemptOutcome.values)
    proof = serializers.ChoiceField(
        choices=Proof.values, allow_blank=True, help_text="Why we are sure that it did not pay"
    )
    retryTimestamp = serializers.DateTimeField(source="retry_timestamp")  # noqa: N815
    createdAt = serializers.DateTimeField(source="created_at")  # noqa: N815

    @extend_schema_field(serializers.DictField())
    def get_errorDetails(self, row: DisbursementRetryLog) -> Any:  # noqa: N802
        """What went wrong on our side of the wire, secrets out."""
        return _without_secrets(row.error_details)


class RetrySerializer(ListedSerializer):
    """One payout with all about its retries."""

    attemptsMade = serializers.IntegerField(source="attempts_made")  # noqa: N815
    parkedCause = serializers.CharField(source="parked_cause")  # noqa: N815
    personNeeded = serializers.SerializerMethodField()  # noqa: N815
    reason = serializers.SerializerMethodField(help_text="Why it stands there, in plain words")
    explanation = serializers.SerializerMethodField()
    retryable = serializers.SerializerMethodField()
    whyNot = serializers.SerializerMethodField(  # noqa: N815
        help_text="Why it cannot be retried now; empty when it can"
    )
    retryLogs = serializers.SerializerMethodField()  # noqa: N815

    @extend_schema_field(PersonNeededSerializer(allow_null=True))
    def get_personNeeded(self, row: DisbursementRequest) -> Any:  # noqa: N802
        """Null unless a person must settle it."""
        return PersonNeededSerializer(row).data if row.person_needed_at else None

    def get_reason(self, row: DisbursementRequest) -> str:
        """One line; empty where there is nothing to say."""
        if row.person_needed_at:
            return row.person_needed_because
        if row.status not in EXPLAINED:
            return ""
        return row.retry_reason or self._in_words(row).reason

    @extend_schema_field(ExplanationSerializer(allow_null=True))
    def get_explanation(self, row: DisbursementRequest) -> Any:
        """Null where the provider gave no code that matters now."""
        said = self._in_words(row)
        if row.status not in EXPLAINED or not said.code:
            return None
        return ExplanationSerializer(said).data

    def get_retryable(self, row: DisbursementRequest) -> bool:
        """Whether a plain retry would do something now."""
        return not self.context["why_not"].get(row.pk)

    def get_whyNot(self, row: DisbursementRequest) -> str:  # noqa: N802
        """The reason that a retry would be skipped with."""
        return self.context["why_not"].get(row.pk, "")

    @extend_schema_field(RetryLogSerializer(many=True))
    def get_retryLogs(self, row: DisbursementRequest) -> Any:  # noqa: N802
        """Every attempt in order."""
        return RetryLogSerializer(self.context["logs"][row.pk], many=True).data

    def _in_words(self, row: DisbursementRequest) -> InWords:
        """What is on record of the payout, else of its latest attempt."""
        code, text = row.failure_code, row.failure_text
        logs = self.context["logs"][row.pk]
        if not code and logs:
            code = logs[-1].mpesa_response_code
            text = logs[-1].mpesa_response_description
        return self.context["table"].in_words(code=code, text=text, rail=row.rail)


class WaitingSerializer(serializers.Serializer):
    """What waits for its next try."""

    count = serializers.IntegerField()
    nextRetryAt = serializers.DateTimeField(allow_null=True)  # noqa: N815


class UnknownSerializer(serializers.Serializer):
    """What has no clear outcome yet."""

    count = serializers.IntegerField()
    oldestAt = serializers.DateTimeField(allow_null=True)  # noqa: N815


class ParkedSerializer(serializers.Serializer):
    """What a fault of ours stops."""

    count = serializers.IntegerField()
    byCause = serializers.DictField(child=serializers.IntegerField())  # noqa: N815


class MoneySerializer(serializers.Serializer):
    """Money of one status and currency."""

    status = serializers.ChoiceField(choices=[status.value for status in S])
    currency = serializers.CharField()
    count = serializers.IntegerField()
    amount = UnitsAnswered(help_text="Whole shillings; fractions in other currencies")


class SummarySerializer(serializers.Serializer):
    """What all that matches amounts to, not just this page."""

    at = serializers.DateTimeField(help_text="The moment that the figures are of")
    total = serializers.IntegerField()
    successful = serializers.IntegerField()
    failed = serializers.IntegerField()
    withRetries = serializers.IntegerField(help_text="Tried more than once")  # noqa: N815
    today = serializers.IntegerField(help_text="Instructed since midnight in Nairobi")
    waitingToRetry = WaitingSerializer()  # noqa: N815
    unknown = UnknownSerializer()
    parked = ParkedSerializer()
    money = MoneySerializer(many=True)


class RetryListAnswer(serializers.Serializer):
    """Answer of GET /api/disburse/retry."""

    success = serializers.BooleanField()
    summary = SummarySerializer(
        allow_null=True, help_text="On the first page only; null where a cursor was given"
    )
    disbursements = RetrySerializer(many=True)
    nextCursor = serializers.CharField(allow_null=True)  # noqa: N815


def summed_up(found: Summary, *, at: datetime) -> dict[str, Any]:
    """The summary as it is answered; `at` is the moment that it is of."""
    content = {
        "at": at,
        "total": found.total,
        "successful": found.successful,
        "failed": found.failed,
        "withRetries": found.with_retries,
        "today": found.today,
        "waitingToRetry": {"count": found.waiting, "nextRetryAt": found.waiting_next_at},
        "unknown": {"count": found.unknown, "oldestAt": found.unknown_oldest_at},
        "parked": {"count": sum(found.parked.values()), "byCause": found.parked},
        "money": [
            {"status": status, "currency": currency, "count": count,
             "amount": in_units(amount_minor, currency)}
            for status, currency, count, amount_minor in found.money
        ],
    }  # fmt: skip
    return dict(SummarySerializer(content).data)


def _without_secrets(value: Any, name: str = "") -> Any:
    """Texts are looked at by themselves, and a value with its name beside it."""
    if isinstance(value, dict):
        return {each: _without_secrets(inner, str(each)) for each, inner in value.items()}
    if isinstance(value, list):
        return [_without_secrets(each, name) for each in value]
    if not isinstance(value, str):
        return value
    named = f'{name}="x"'
    is_secret = bool(name) and masking.without_secrets(named) != named
    return masking.REMOVED if is_secret else masking.without_secrets(value)
