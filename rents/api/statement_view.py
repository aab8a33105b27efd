"""GET /api/payments/statements/owner: an owner's statement as JSON, CSV or PDF."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.utils.http import content_disposition_header
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core import clock
from core.callers import Caller, NotAllowed
from core.refusals import Refused
from disbursements.api.answers import ErrorAnswer
from disbursements.api.views import REFUSALS
from rents.operations import statements
from rents.operations.statements import PERMISSION, NoSuchOwner
from rents.rules.period import Period, read_period
from vault.api.authentication import OWNER, caller_from
from vault.api.errors import ApiError, bad_fields, not_allowed

JSON = "json"
KINDS = (JSON, *statements.FILES)
NAMES = ("from", "to", "owner", "kind")


class StatementLineSerializer(serializers.Serializer):
    """One booking; received = platformFee + owed. Amounts are exact decimals in text."""

    date = serializers.DateTimeField()
    kind = serializers.CharField()
    receipt = serializers.CharField()
    paymentId = serializers.UUIDField(allow_null=True)  # noqa: N815
    forwardId = serializers.UUIDField(allow_null=True)  # noqa: N815
    propertyName = serializers.CharField()  # noqa: N815
    unit = serializers.CharField()
    tenantName = serializers.CharField()  # noqa: N815
    paidAt = serializers.DateTimeField(allow_null=True)  # noqa: N815
    received = serializers.CharField()
    platformFee = serializers.CharField()  # noqa: N815
    owed = serializers.CharField()
    paidOut = serializers.CharField()  # noqa: N815
    balance = serializers.CharField()
    parts = serializers.ListField(child=serializers.DictField(child=serializers.CharField()))
    note = serializers.CharField()


class StatementSerializer(serializers.Serializer):
    """opening + received - platformFee + corrections - handedOver - paidOut = closing."""

    owner = serializers.DictField(child=serializers.CharField())
    to = serializers.DateField()
    currency = serializers.CharField()
    opening = serializers.CharField()
    received = serializers.CharField()
    platformFee = serializers.CharField()  # noqa: N815
    corrections = serializers.CharField()
    handedOver = serializers.CharField()  # noqa: N815
    paidOut = serializers.CharField()  # noqa: N815
    closing = serializers.CharField()
    onItsWay = serializers.CharField()  # noqa: N815
    lines = StatementLineSerializer(many=True)

    def get_fields(self) -> dict[str, Any]:
        """`from` is a word of Python's, so that it cannot be declared."""
        return {"from": serializers.DateField(), **super().get_fields()}


class StatementAnswer(serializers.Serializer):
    """Answer of GET /api/payments/statements/owner."""

    success = serializers.BooleanField()
    statement = StatementSerializer()


class OwnerStatementView(APIView):
    """An owner's own statement, or with `owner` one that staff may see."""

    permissions = {"GET": PERMISSION}
    open_to = {"GET": (OWNER,)}

    @extend_schema(
        operation_id="owner_statement",
        summary="An owner's statement of some days",
        parameters=[
            OpenApiParameter("from", OpenApiTypes.DATE, description="A day in Nairobi; the first "
                             "of the month of `to`, when left out"),
            OpenApiParameter("to", OpenApiTypes.DATE, description="A day, included; today, when "
                             "left out"),
            OpenApiParameter("owner", OpenApiTypes.UUID, description="For staff: whose; an "
                             "owner's token needs none"),
            OpenApiParameter("kind", str, enum=KINDS, description="json, when left out"),
        ],
        responses={
            200: StatementAnswer, (200, "text/csv"): OpenApiTypes.STR,
            (200, "application/pdf"): OpenApiTypes.BINARY, 400: ErrorAnswer, 404: ErrorAnswer,
            **REFUSALS,
        },
    )  # fmt: skip
    def get(self, request: Request) -> HttpResponse:
        """Of the days, both included."""
        query, caller = request.query_params, caller_from(request)
        at = clock.now()
        period, owner_id, kind = _asked(query, caller)
        try:
            if kind == JSON:
                found = statements.read(owner_id=owner_id, period=period, caller=caller)
                return Response({"success": True, "statement": statements.values(found)})
            taken = statements.take(
                owner_id=owner_id, period=period, file_format=kind, caller=caller, at=at
            )
        except NotAllowed as refused:
            raise not_allowed(refused) from None
        except NoSuchOwner:
            raise ApiError(
                status=HTTPStatus.NOT_FOUND, code="not_found",
                sentence="There is no such owner among yours.",
            ) from None  # fmt: skip
        except Refused as refused:
            raise bad_fields({refused.field: [f"{refused.message}."]}) from None
        answer = HttpResponse(taken.body, content_type=taken.content_type)
        answer["Content-Disposition"] = content_disposition_header(True, taken.file_name) or ""
        return answer


def _asked(query: Mapping[str, str], caller: Caller) -> tuple[Period, UUID, str]:
    """Raises ApiError (400) naming the parameter that is wrong."""
    for name in query:
        if name not in NAMES:
            known = ", ".join(NAMES)
            raise bad_fields({name[:60]: [f"is not a parameter. Parameters are: {known}."]})
    kind = query.get("kind", JSON)
    if kind not in KINDS:
        raise bad_fields({"kind": [f"use one of {', '.join(KINDS)}, such as pdf."]})
    today = clock.now().astimezone(clock.NAIROBI).date()
    try:
        period = read_period(
            first_text=query.get("from", ""), last_text=query.get("to", ""), today=today
        )
    except Refused as refused:
        raise bad_fields({refused.field: [f"{refused.message}."]}) from None
    return period, _owner_id(query, caller), kind


def _owner_id(query: Mapping[str, str], caller: Caller) -> UUID:
    if "owner" not in query and caller.owner_id is not None:
        return caller.owner_id
    try:
        return UUID(query.get("owner", ""))
    except ValueError:
        raise bad_fields(
            {"owner": ["name the owner by id, such as 0b9c5f6e-3d0b-4a64-9d5e-6f1f0a9c2b11."]}
        ) from None
