"""A partner's Mifos X: how it is set up, and its test. It is set up at the desk."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core import clock
from core.refusals import Refused
from disbursements.api.answers import ErrorAnswer
from disbursements.api.views import REFUSALS
from loans.api import setting_examples, whose
from loans.api.refusals import refused
from loans.api.setting_answers import (
    EXAMPLES,
    CheckedAnswer,
    ConnectionAnswer,
    ConnectionNamedSerializer,
    ConnectionSerializer,
)
from loans.models import MifosConnection
from loans.operations.check import PERMISSION, check
from loans.queries import connection_facts
from vault.api.authentication import caller_from
from vault.api.bodies import read_body

PARTNER = OpenApiParameter(
    "partner", type=str, description="Whose; a partner's own may leave it out"
)


class ConnectionView(APIView):
    """How it stands."""

    permissions = {"GET": "loans.view_mifosconnection"}

    @extend_schema(
        operation_id="mifos_connection",
        summary="How a partner's Mifos X is connected",
        parameters=[PARTNER],
        responses={200: ConnectionAnswer, 400: ErrorAnswer, 404: ErrorAnswer, **REFUSALS},
        examples=[
            OpenApiExample("Connection", value=setting_examples.ANSWERED, response_only=True,
                           status_codes=["200"])
        ],
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """200 with the connection and what its latest test found."""
        named = whose.named_in(request.query_params)
        row = whose.connection_of(caller_from(request), named)
        return Response({"success": True, "connection": said(row)})


class ConnectionCheckView(APIView):
    """Test it now."""

    permissions = {"POST": PERMISSION}

    @extend_schema(
        operation_id="check_mifos_connection",
        summary="Test a partner's Mifos X",
        description="Asks for the version, our user and each of its permissions, its office, the "
        "payment type, the business date and the first page of loans. Nothing is changed there. "
        "409 while a sync speaks with it.",
        request=ConnectionNamedSerializer,
        responses={
            200: CheckedAnswer, **dict.fromkeys((400, 404, 409), ErrorAnswer), **REFUSALS
        },
        examples=[
            OpenApiExample("Tested", value=setting_examples.CHECKED, response_only=True,
                           status_codes=["200"])
        ],
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """200 with everything that was found, also where something is missing."""
        values = read_body(ConnectionNamedSerializer, request.data, examples=EXAMPLES)
        caller = caller_from(request)
        row = whose.connection_of(caller, values.get("partner"))
        try:
            findings = check(connection_id=row.pk, caller=caller, at=clock.database_now())
        except Refused as error:
            raise refused(error, code="cannot_check") from None
        row = whose.connection_of(caller, row.partner_id)
        in_order = not any(each.stops for each in findings)
        return Response(
            {
                "success": True, "inOrder": in_order, "connection": said(row),
                "whatFollows": connection_facts.what_follows(row) or None,
            }
        )  # fmt: skip


def said(row: MifosConnection) -> dict[str, Any]:
    """As ConnectionSerializer has it."""
    told = {**connection_facts.as_told(row), "partner": whose.described(row.partner)}
    return {name: told[name] for name in map(str, ConnectionSerializer().fields)}
