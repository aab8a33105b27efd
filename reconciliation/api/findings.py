"""GET …/findings, of one, and POST …/findings/{id}/dismiss."""

from uuid import UUID

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core import clock
from core.refusals import Refused
from disbursements.api import pages
from disbursements.api.answers import ErrorAnswer
from disbursements.api.retry_body import ReasonSerializer
from disbursements.api.views import REFUSALS
from reconciliation.api import examples, query, reads
from reconciliation.api.bodies import EXAMPLES
from reconciliation.api.finding_answers import FindingAnswer, FindingsAnswer
from reconciliation.api.refusals import refused
from reconciliation.operations.dismiss import PERMISSION, dismiss
from reconciliation.queries import findings
from vault.api.authentication import caller_from
from vault.api.bodies import read_body

VIEW = "reconciliation.view_finding"
ID = OpenApiParameter("finding_id", UUID, OpenApiParameter.PATH)


class FindingsView(APIView):
    """The list."""

    permissions = {"GET": VIEW}

    @extend_schema(
        operation_id="list_findings",
        summary="List differences, newest first",
        parameters=query.listing(query.OF_FINDINGS),
        responses={200: FindingsAnswer, 400: ErrorAnswer, **REFUSALS},
        examples=[OpenApiExample("One difference", value=examples.FINDINGS, response_only=True,
                                 status_codes=["200"])],
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """One page; `nextCursor` is null on the last."""
        caller = caller_from(request)
        page = query.read_page(request.query_params, of=findings.TABLE)
        rows = reads.selected_findings(caller, page.selection)
        shown, cursor = pages.page(rows, page, moment="opened_at", beside=("partner",))
        told = [findings.as_told(row) for row in shown]
        return Response({"success": True, "findings": told, "nextCursor": cursor})


class FindingView(APIView):
    """One of them."""

    permissions = {"GET": VIEW}

    @extend_schema(
        operation_id="get_finding",
        summary="One difference: both sides, what it means, what to do, and its history",
        parameters=[ID],
        responses={200: FindingAnswer, 404: ErrorAnswer, **REFUSALS},
        examples=[OpenApiExample("Open", value=examples.ONE_FINDING, response_only=True,
                                 status_codes=["200"])],
    )  # fmt: skip
    def get(self, request: Request, finding_id: str) -> Response:
        """404 for what is not the caller's, and for what is no id."""
        row = reads.finding(caller_from(request), finding_id)
        return Response({"success": True, "finding": reads.in_full(row)})


class DismissView(APIView):
    """It is all right."""

    permissions = {"POST": PERMISSION}

    @extend_schema(
        operation_id="dismiss_finding",
        summary="Say why a difference is all right",
        description=examples.DISMISS,
        parameters=[ID],
        request=ReasonSerializer,
        responses={200: FindingAnswer, **dict.fromkeys((400, 404, 409), ErrorAnswer), **REFUSALS},
        examples=[
            OpenApiExample("Why", value=examples.WHY_BODY, request_only=True),
            OpenApiExample("Dismissed", value=examples.ONE_FINDING, response_only=True,
                           status_codes=["200"]),
        ],
    )  # fmt: skip
    def post(self, request: Request, finding_id: str) -> Response:
        """200 with the difference as it is now."""
        caller = caller_from(request)
        row = reads.finding(caller, finding_id)
        values = read_body(ReasonSerializer, request.data, examples=EXAMPLES)
        try:
            dismiss(finding_id=row.pk, caller=caller, at=clock.database_now(), **values)
        except Refused as error:
            raise refused(error) from None
        row = reads.finding(caller, finding_id)
        return Response({"success": True, "finding": reads.in_full(row)})
