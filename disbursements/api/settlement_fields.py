"""What the API takes and says of settlements."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from rest_framework import serializers

from disbursements.api.answers import PartnerSerializer, without_phones
from disbursements.api.fields import Text, Whole
from disbursements.api.paging import read_moment
from disbursements.api.retry_body import ReasonSerializer
from disbursements.models import SettledAs, Settlement
from disbursements.rules import settling
from disbursements.states import SettlementStatus
from vault.api.errors import bad_fields

STATUSES = [status.value for status in SettlementStatus]
NAMES = {"settled_as": "settledAs", "receipt": "receipt", "paid_at": "paidAt",
         "evidence": "evidence", "reason": "reason", "attempt": "attempt"}  # fmt: skip
EXAMPLES = {
    "settledAs": '"not_paid"',
    "evidence": f'"{settling.EVIDENCE_EXAMPLE}"',
    "reason": f'"{settling.REASON_EXAMPLE}"',
}
EXAMPLE = {
    "settledAs": "not_paid",
    "evidence": settling.EVIDENCE_EXAMPLE,
    "reason": settling.REASON_EXAMPLE,
}


class ProposalSerializer(ReasonSerializer):
    """Body of POST /api/disburse/{id}/settlement."""

    settledAs = Text(help_text=" or ".join(SettledAs.values))  # noqa: N815
    receipt = Text(required=False, allow_blank=True, help_text="M-Pesa's, when it was paid")
    paidAt = Text(required=False, help_text="When it was paid, with offset")  # noqa: N815
    evidence = Text(help_text="What was seen, where and when")
    attempt = Whole(required=False, help_text="Its number, where several are in question")

    def validate_paidAt(self, text: str) -> datetime:  # noqa: N802
        """A moment that can be read."""
        try:
            return read_moment(text)
        except ValueError as error:
            raise serializers.ValidationError(str(error)) from None


class SettlementSerializer(serializers.Serializer):
    """One proposal, and what became of it."""

    id = serializers.UUIDField()
    status = serializers.ChoiceField(choices=STATUSES)
    statusAt = serializers.DateTimeField(source="status_at")  # noqa: N815
    disbursementId = serializers.UUIDField(source="disbursement_id")  # noqa: N815
    clientReference = serializers.CharField(  # noqa: N815
        source="disbursement.client_reference"
    )
    disbursementStatus = serializers.CharField(source="disbursement.status")  # noqa: N815
    partner = PartnerSerializer(source="disbursement.partner")
    attempt = serializers.IntegerField(source="attempt.retry_attempt")
    settledAs = serializers.ChoiceField(  # noqa: N815
        source="settled_as", choices=SettledAs.values
    )
    receipt = serializers.CharField(allow_blank=True)
    paidAt = serializers.DateTimeField(source="paid_at", allow_null=True)  # noqa: N815
    evidence = serializers.CharField()
    reason = serializers.CharField()
    proposedBy = serializers.CharField(source="proposed_by")  # noqa: N815
    proposedAt = serializers.DateTimeField(source="proposed_at")  # noqa: N815
    decidedBy = serializers.CharField(source="decided_by", allow_blank=True)  # noqa: N815
    decidedAt = serializers.DateTimeField(source="decided_at", allow_null=True)  # noqa: N815
    decisionReason = serializers.CharField(  # noqa: N815
        source="decision_reason", allow_blank=True
    )

    def to_representation(self, instance: Settlement) -> dict[str, Any]:
        """Phones in what people wrote masked for those who may not see them."""
        values = super().to_representation(instance)
        return values if self.context["may_see_phones"] else without_phones(values)


class SettlementAnswer(serializers.Serializer):
    """Answer of every verb about a settlement."""

    success = serializers.BooleanField()
    settlement = SettlementSerializer()


class ListAnswer(serializers.Serializer):
    """Answer of GET /api/settlements."""

    success = serializers.BooleanField()
    settlements = SettlementSerializer(many=True)
    more = serializers.BooleanField()


def read_status(query: Mapping[str, str]) -> str:
    """The status that was asked for. Raises ApiError (400)."""
    unknown = [name for name in query if name != "status"]
    if unknown:
        raise bad_fields({unknown[0][:60]: ["is not a parameter. Parameters are: status."]})
    status = query.get("status", SettlementStatus.PROPOSED)
    if status not in STATUSES:
        raise bad_fields({"status": [f"use one of {', '.join(STATUSES)}."]})
    return status
