"""GET /api/payments/disbursements/owner: what an owner was paid, and what is still to come."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Sum
from django.http import Http404
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.callers import Caller
from disbursements.api.answers import ErrorAnswer
from disbursements.api.fields import ID_EXAMPLE
from disbursements.api.views import REFUSALS
from rents.api import examples, query, reads
from rents.api.entries import LEG_STATUSES, SEE_PHONES, masked, of_leg, tenant_name
from rents.api.query import Asked
from rents.api.shillings import ShillingsAnswered, in_shillings
from rents.queries.legs import legs
from rents.queries.selection import leg
from rents.states import LegacyStatus
from vault.api.authentication import OWNER, caller_from
from vault.api.errors import bad_fields
from vault.models import Owner, Payment

VIEW = "vault.view_payment"
CURRENCY = "KES"
OF_LEG = (
    "disbursementAmount", "platformFee", "disbursementStatus", "disbursementTransactionId",
    "disbursementDate", "disbursementFailureReason",
)  # fmt: skip


class OwnerSummarySerializer(serializers.Serializer):
    """All that matches, not only this page."""

    totalDisbursed = ShillingsAnswered(help_text="Shillings that arrived")  # noqa: N815
    totalPlatformFees = ShillingsAnswered(help_text="Fees of what arrived")  # noqa: N815
    pendingDisbursements = serializers.IntegerField(  # noqa: N815
        help_text="Payments whose money waits or is on its way"
    )
    failedDisbursements = serializers.IntegerField()  # noqa: N815


class HistorySerializer(serializers.Serializer):
    """One payment, under the names of the source document."""

    paymentId = serializers.UUIDField()  # noqa: N815
    amount = ShillingsAnswered()
    disbursementAmount = ShillingsAnswered(allow_null=True)  # noqa: N815
    platformFee = ShillingsAnswered(allow_null=True)  # noqa: N815
    currency = serializers.CharField()
    disbursementStatus = serializers.ChoiceField(choices=LEG_STATUSES)  # noqa: N815
    disbursementTransactionId = serializers.CharField(allow_null=True)  # noqa: N815
    disbursementDate = serializers.DateTimeField(allow_null=True)  # noqa: N815
    disbursementFailureReason = serializers.CharField(allow_null=True)  # noqa: N815
    paidAt = serializers.DateTimeField()  # noqa: N815
    propertyId = serializers.UUIDField()  # noqa: N815
    propertyName = serializers.CharField()  # noqa: N815
    tenantName = serializers.CharField(allow_null=True)  # noqa: N815


class HistoryAnswer(serializers.Serializer):
    """Answer of GET /api/payments/disbursements/owner."""

    success = serializers.BooleanField()
    summary = OwnerSummarySerializer()
    disbursements = HistorySerializer(many=True)
    nextCursor = serializers.CharField(allow_null=True)  # noqa: N815


class OwnerHistoryView(APIView):
    """An owner's payments with their second leg."""

    permissions = {"GET": VIEW}
    open_to = {"GET": (OWNER,)}

    @extend_schema(
        operation_id="owner_disbursements",
        summary="What an owner was paid, and what is still to come",
        description=examples.HISTORY,
        parameters=query.parameters(
            ["owner", "limit", "cursor", "disbursementStatus", "property", "from", "to"],
            owner="The owner's id: needed from everybody but an owner",
            disbursementStatus="One or more, with commas between",
        ),
        responses={200: HistoryAnswer, 400: ErrorAnswer, 404: ErrorAnswer, **REFUSALS},
        examples=[
            OpenApiExample("Ten rents", value=examples.HISTORY_ANSWER, response_only=True,
                           status_codes=["200"]),
        ],
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """One page by the day of payment; `nextCursor` is null on the last."""
        caller = caller_from(request)
        asked = query.read_query(
            request.query_params, filters=query.OF_OWNER, beside=("limit", "cursor")
        )
        owner_id = _owner(asked, caller)
        mine = reads.payments_of(caller).filter(owner_id=owner_id)
        rows = query.narrowed(mine, asked, names=query.OF_OWNER)
        page, next_position = reads.page_by_payment(rows, limit=asked.limit, after=asked.after)
        return Response(
            {
                "success": True,
                "summary": OwnerSummarySerializer(_summary(rows)).data,
                "disbursements": HistorySerializer(_said(page, caller), many=True).data,
                "nextCursor": next_position.as_cursor() if next_position else None,
            }
        )


def _owner(asked: Asked, caller: Caller) -> UUID:
    """Whose history: one's own, or the named owner's. Raises ApiError (400), Http404."""
    named = asked.filters.get("owner")
    if named is None:
        if caller.owner_id is None:
            raise bad_fields({"owner": [f"is missing: an example is {ID_EXAMPLE}."]})
        return caller.owner_id
    owner_id = UUID(named.strip())
    owners = Owner.objects.filter(pk=owner_id)
    if caller.partners is not None:
        owners = owners.filter(Q(partner__in=caller.partners) | Q(pk=caller.owner_id))
    if not owners.exists():
        raise Http404
    return owner_id


def _summary(rows: QuerySet[Payment]) -> dict[str, Any]:
    arrived, failed = leg(LegacyStatus.COMPLETED), leg(LegacyStatus.FAILED)
    on_the_way = leg(LegacyStatus.PENDING) | leg(LegacyStatus.PROCESSING)
    found = rows.order_by().aggregate(
        disbursed=Sum("owed_minor", filter=arrived, default=0),
        fees=Sum("fee_minor", filter=arrived, default=0),
        pending=Count("pk", filter=on_the_way),
        failed=Count("pk", filter=failed),
    )
    return {
        "totalDisbursed": in_shillings(int(found["disbursed"]), CURRENCY),
        "totalPlatformFees": in_shillings(int(found["fees"]), CURRENCY),
        "pendingDisbursements": found["pending"],
        "failedDisbursements": found["failed"],
    }


def _said(rows: Sequence[Payment], caller: Caller) -> list[dict[str, Any]]:
    standing, may_see = legs(rows), caller.may(SEE_PHONES)
    return [
        _line(row, of_leg(row, standing[row.pk], caller=caller), may_see=may_see) for row in rows
    ]


def _line(row: Payment, values: dict[str, Any], *, may_see: bool) -> dict[str, Any]:
    line = {
        "paymentId": row.pk,
        "amount": in_shillings(row.amount_minor, row.currency),
        "currency": row.currency,
        "paidAt": row.paid_at,
        "propertyId": row.property_id,
        "propertyName": row.property.name if row.property else None,
        "tenantName": tenant_name(row) or None,
        **{name: values[name] for name in OF_LEG},
    }
    return line if may_see else masked(line)
