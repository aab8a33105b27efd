"""GET …/alerts, and what is done to one: acknowledge, assign, close."""

from collections.abc import Callable
from typing import Any

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core import alerts, clock
from core.callers import Caller
from core.models import Alert
from core.refusals import Refused
from disbursements.api.answers import ErrorAnswer
from disbursements.api.paging import LIMIT_DEFAULT
from disbursements.api.retry_body import ReasonSerializer
from disbursements.api.views import REFUSALS
from reconciliation.api import examples, query, reads
from reconciliation.api.bodies import EXAMPLES, AssignSerializer
from reconciliation.api.finding_answers import AlertAnswer, AlertsAnswer
from reconciliation.api.refusals import refused
from reconciliation.queries.alerts import as_told
from vault.api.authentication import caller_from
from vault.api.bodies import StrictSerializer, read_body

VIEW = "core.view_alert"
ID = OpenApiParameter("alert_id", int, OpenApiParameter.PATH)


class AlertsView(APIView):
    """The list."""

    permissions = {"GET": VIEW}

    @extend_schema(
        operation_id="list_alerts",
        summary="List alerts, newest first",
        description=examples.ALERTS,
        parameters=query.parameters(
            ["limit", "cursor", "state", "severity", "kind", "assignedTo"]
        ),
        responses={200: AlertsAnswer, 400: ErrorAnswer, **REFUSALS},
        examples=[OpenApiExample("One alert", value=examples.ALERTS_ANSWER, response_only=True,
                                 status_codes=["200"])],
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """One page; `nextCursor` is null on the last."""
        _caller(request)
        asked = query.read_alerts(request.query_params, limit_default=LIMIT_DEFAULT)
        shown, cursor = reads.alerts_page(asked)
        told = [as_told(row) for row in shown]
        return Response({"success": True, "alerts": told, "nextCursor": cursor})


def _schema(name: str, summary: str, body: type[StrictSerializer], example: Any) -> Any:
    return extend_schema(
        operation_id=name,
        summary=summary,
        parameters=[ID],
        request=body,
        responses={200: AlertAnswer, **dict.fromkeys((400, 404, 409), ErrorAnswer), **REFUSALS},
        examples=[
            OpenApiExample("Why", value=example, request_only=True),
            OpenApiExample("As it is now", value=examples.ONE_ALERT, response_only=True,
                           status_codes=["200"]),
        ],
    )  # fmt: skip


class AcknowledgeView(APIView):
    """Somebody looks after it."""

    permissions = {"POST": alerts.CHANGE}

    @_schema(
        "acknowledge_alert", "Say that you look after an alert", ReasonSerializer,
        examples.WHY_BODY,
    )  # fmt: skip
    def post(self, request: Request, alert_id: str) -> Response:
        """It is not escalated any more."""
        return _done(request, alert_id, alerts.acknowledge)


class AssignView(APIView):
    """Whose it is."""

    permissions = {"POST": alerts.CHANGE}

    @_schema(
        "assign_alert", "Give an alert to a member of staff", AssignSerializer,
        examples.ASSIGN_BODY,
    )  # fmt: skip
    def post(self, request: Request, alert_id: str) -> Response:
        """An empty text takes it back."""
        return _done(request, alert_id, alerts.assign, body=AssignSerializer)


class CloseView(APIView):
    """It is dealt with."""

    permissions = {"POST": alerts.CHANGE}

    @_schema("close_alert", "Say that an alert is dealt with", ReasonSerializer, examples.WHY_BODY)
    def post(self, request: Request, alert_id: str) -> Response:
        """Another one opens if the condition comes back."""
        return _done(request, alert_id, alerts.close)


def _done(
    request: Request,
    alert_id: str,
    deed: Callable[..., Alert],
    *,
    body: type[StrictSerializer] = ReasonSerializer,
) -> Response:
    caller = _caller(request)
    row_id = reads.alert_id(alert_id)
    values = read_body(body, request.data, examples=EXAMPLES)
    if "assignedTo" in values:
        values["to"] = values.pop("assignedTo").strip()
    try:
        row = deed(alert_id=row_id, caller=caller, at=clock.database_now(), **values)
    except Refused as error:
        raise refused(error) from None
    return Response({"success": True, "alert": as_told(row)})


def _caller(request: Request) -> Caller:
    """Raises PermissionDenied for those of one partner."""
    caller = caller_from(request)
    try:
        reads.demand_all_partners(caller)
    except Refused as error:
        raise refused(error) from None
    return caller
