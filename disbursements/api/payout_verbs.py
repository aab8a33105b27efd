"""POST /api/disburse/{id}/cancel and its like: one verb about one payout."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from disbursements.api import reads
from disbursements.api import retry_examples as examples
from disbursements.api.answers import ErrorAnswer
from disbursements.api.bulk_answers import DoneAnswer
from disbursements.api.retry_body import (
    EXAMPLES,
    BringForwardSerializer,
    MaxRetriesSerializer,
    ReasonSerializer,
)
from disbursements.api.verbs import act
from disbursements.api.views import REFUSALS
from disbursements.models import BulkVerb
from disbursements.operations import bulk
from vault.api.authentication import caller_from
from vault.api.bodies import read_body

ANSWERS = {200: DoneAnswer, **dict.fromkeys((400, 404, 409), ErrorAnswer), **REFUSALS}
ID = OpenApiParameter("disbursement_id", UUID, OpenApiParameter.PATH)
DONE = OpenApiExample(
    "Done", value=examples.RETRIED, response_only=True, status_codes=["200"]
)  # fmt: skip


def about_one(
    request: Request, disbursement_id: str, verb: BulkVerb, body: type[serializers.Serializer]
) -> Response:
    """What was done, or why not; the same again does nothing more.

    404 for a payout that is not the caller's.
    """
    row = reads.one(caller=caller_from(request), disbursement_id=disbursement_id)
    values = read_body(body, request.data, examples=EXAMPLES)
    options: dict[str, Any] = {
        ours: values[theirs]
        for ours, theirs in (("max_retries", "maxRetries"), ("at", "at"))
        if theirs in values
    }
    return act(
        request, verb=verb, reason=values["reason"], chosen={"ids": [row.pk]}, options=options
    )


class CancelView(APIView):
    """Cancel what was not sent yet."""

    permissions = {"POST": bulk.VERB_PERMISSIONS[BulkVerb.CANCEL]}

    @extend_schema(
        operation_id="cancel", summary="Cancel a payout that was never sent",
        description=examples.VERB, parameters=[ID], request=ReasonSerializer, responses=ANSWERS,
        examples=[OpenApiExample("Why", value=examples.REASON, request_only=True), DONE],
    )  # fmt: skip
    def post(self, request: Request, disbursement_id: str) -> Response:
        """Only what is queued or held."""
        return about_one(request, disbursement_id, BulkVerb.CANCEL, ReasonSerializer)


class BringForwardView(APIView):
    """Send a scheduled retry earlier."""

    permissions = {"POST": bulk.VERB_PERMISSIONS[BulkVerb.BRING_FORWARD]}

    @extend_schema(
        operation_id="bring_forward", summary="Bring a scheduled retry forward",
        description=examples.VERB, parameters=[ID], request=BringForwardSerializer,
        responses=ANSWERS,
        examples=[
            OpenApiExample("At once", value=examples.REASON, request_only=True),
            OpenApiExample("At a moment", value=examples.FORWARD, request_only=True),
            DONE,
        ],
    )  # fmt: skip
    def post(self, request: Request, disbursement_id: str) -> Response:
        """To `at`, or to now."""
        return about_one(request, disbursement_id, BulkVerb.BRING_FORWARD, BringForwardSerializer)


class StopRetryingView(APIView):
    """End the retries."""

    permissions = {"POST": bulk.VERB_PERMISSIONS[BulkVerb.STOP_RETRYING]}

    @extend_schema(
        operation_id="stop_retrying", summary="Retry a payout no more: it becomes failed",
        description=examples.VERB, parameters=[ID], request=ReasonSerializer, responses=ANSWERS,
        examples=[OpenApiExample("Why", value=examples.REASON, request_only=True), DONE],
    )  # fmt: skip
    def post(self, request: Request, disbursement_id: str) -> Response:
        """Only what is proven not paid."""
        return about_one(request, disbursement_id, BulkVerb.STOP_RETRYING, ReasonSerializer)


class MaxRetriesView(APIView):
    """Change the retry limit."""

    permissions = {"POST": bulk.VERB_PERMISSIONS[BulkVerb.CHANGE_LIMIT]}

    @extend_schema(
        operation_id="change_max_retries", summary="Change how often a payout may be retried",
        description=examples.VERB, parameters=[ID], request=MaxRetriesSerializer,
        responses=ANSWERS,
        examples=[OpenApiExample("Five", value=examples.LIMIT, request_only=True), DONE],
    )  # fmt: skip
    def post(self, request: Request, disbursement_id: str) -> Response:
        """`maxRetries`, within the server's limit."""
        return about_one(request, disbursement_id, BulkVerb.CHANGE_LIMIT, MaxRetriesSerializer)


class AskView(APIView):
    """Ask M-Pesa."""

    permissions = {"POST": bulk.VERB_PERMISSIONS[BulkVerb.ASK]}

    @extend_schema(
        operation_id="ask", summary="Ask M-Pesa what became of a payout",
        description=examples.VERB, parameters=[ID], request=ReasonSerializer, responses=ANSWERS,
        examples=[OpenApiExample("Why", value=examples.REASON, request_only=True), DONE],
    )  # fmt: skip
    def post(self, request: Request, disbursement_id: str) -> Response:
        """It never pays twice; the answer arrives by itself."""
        return about_one(request, disbursement_id, BulkVerb.ASK, ReasonSerializer)
