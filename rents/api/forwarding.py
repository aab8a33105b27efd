"""Forward one payment's rent, see how that stands, and retry all that failed."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.http import Http404
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core import clock
from core.callers import Caller, NotAllowed
from core.refusals import Refused
from disbursements.api.answers import ErrorAnswer
from disbursements.api.fields import Text
from disbursements.api.views import REFUSALS
from rents.api import examples, reads
from rents.api.entries import LEG_STATUSES, PAID_STATUSES, of_leg
from rents.api.reads import paid
from rents.api.shillings import ShillingsAnswered, in_shillings
from rents.operations import reach
from rents.operations.forward import forward_payment
from rents.operations.reach import AlreadyForwarded, NoSuchPayment
from rents.operations.retry_forwards import Results, retry_failed
from rents.queries.legs import legs
from vault.api.authentication import OWNER, TENANT, caller_from, demand
from vault.api.bodies import StrictSerializer, read_body
from vault.api.errors import ApiError, bad_fields, not_allowed
from vault.models import PaidTo, Payment

VIEW = "vault.view_payment"
ID = OpenApiParameter("payment_id", UUID, OpenApiParameter.PATH)
# Names of the status's answer, and those of LegSerializer.
NAMES = {
    "disbursementAmount": "disbursementAmount", "platformFee": "platformFee",
    "status": "disbursementStatus", "transactionId": "disbursementTransactionId",
    "conversationId": "disbursementConversationId", "date": "disbursementDate",
    "failureReason": "disbursementFailureReason", "forwardDueAt": "forwardDueAt",
    "disbursementId": "disbursementId", "paidTo": "paidTo", "ownerPaybill": "ownerPaybill",
    "ownerAccountNumber": "ownerAccountNumber", "ownerPhone": "ownerPhone",
}  # fmt: skip


class WhySerializer(StrictSerializer):
    """Body of what may be given a reason: may be left out."""

    reason = Text(required=False, default="", help_text="Why: 8 to 500 characters, kept for ever")


class DisbursedAnswer(serializers.Serializer):
    """Answer of POST /api/payments/disburse/{paymentId}."""

    success = serializers.BooleanField()
    message = serializers.CharField()
    disbursementConversationId = serializers.CharField(  # noqa: N815
        allow_null=True, help_text="M-Pesa's, once it was sent"
    )
    disbursementStatus = serializers.ChoiceField(choices=LEG_STATUSES)  # noqa: N815
    disbursementId = serializers.UUIDField(help_text="Of the payout")  # noqa: N815


class StatusSerializer(serializers.Serializer):
    """How the second leg of a payment stands."""

    paymentId = serializers.UUIDField()  # noqa: N815
    paymentStatus = serializers.ChoiceField(choices=PAID_STATUSES)  # noqa: N815
    amount = ShillingsAnswered()
    disbursementAmount = ShillingsAnswered(allow_null=True)  # noqa: N815
    platformFee = ShillingsAnswered(allow_null=True)  # noqa: N815
    currency = serializers.CharField()
    status = serializers.ChoiceField(
        choices=LEG_STATUSES, allow_null=True, help_text="Null: there is no money yet"
    )
    transactionId = serializers.CharField(allow_null=True)  # noqa: N815
    conversationId = serializers.CharField(allow_null=True)  # noqa: N815
    date = serializers.DateTimeField(allow_null=True)
    failureReason = serializers.CharField(allow_null=True)  # noqa: N815
    forwardDueAt = serializers.DateTimeField(allow_null=True)  # noqa: N815
    disbursementId = serializers.UUIDField(allow_null=True)  # noqa: N815
    paidTo = serializers.ChoiceField(choices=PaidTo.values, allow_null=True)  # noqa: N815
    ownerPaybill = serializers.CharField(allow_null=True)  # noqa: N815
    ownerAccountNumber = serializers.CharField(allow_null=True)  # noqa: N815
    ownerPhone = serializers.CharField(allow_null=True)  # noqa: N815


class StatusAnswer(serializers.Serializer):
    """Answer of GET /api/payments/disbursement-status/{paymentId}."""

    success = serializers.BooleanField()
    disbursement = StatusSerializer()


class RetryErrorSerializer(serializers.Serializer):
    """What could not be tried again."""

    paymentId = serializers.UUIDField()  # noqa: N815
    error = serializers.CharField()


class ResultsSerializer(serializers.Serializer):
    """Counted in payments."""

    total = serializers.IntegerField()
    successful = serializers.IntegerField()
    failed = serializers.IntegerField()
    errors = RetryErrorSerializer(many=True)  # type: ignore[assignment]


class RetriedAnswer(serializers.Serializer):
    """Answer of POST /api/payments/retry-failed-disbursements."""

    success = serializers.BooleanField()
    message = serializers.CharField()
    results = ResultsSerializer()


class DisburseView(APIView):
    """Forward now."""

    permissions = {"POST": reach.PERMISSION}
    open_to = {"POST": (OWNER,)}

    @extend_schema(
        operation_id="disburse_payment", summary="Forward one payment's rent to its owner now",
        description=examples.DISBURSE, parameters=[ID], request=WhySerializer,
        responses={
            200: DisbursedAnswer, **dict.fromkeys((400, 404, 409), ErrorAnswer), **REFUSALS,
        },
        examples=[OpenApiExample("Handed over", value=examples.DISBURSED, response_only=True,
                                 status_codes=["200"])],
    )  # fmt: skip
    def post(self, request: Request, payment_id: str) -> Response:
        """404 for what is not the caller's; 409 for what is forwarded or cannot be."""
        caller = caller_from(request)
        values = read_body(WhySerializer, request.data, examples={})
        row = reads.one(caller=caller, payment_id=payment_id)
        if not isinstance(row, Payment):
            raise _cannot("there is no money yet: the prompt is not paid")
        _forward(row.pk, caller, values["reason"])
        leg = legs([row])[row.pk]
        return Response(
            {
                "success": True,
                "message": "Disbursement initiated successfully",
                "disbursementConversationId": leg.conversation_id or None,
                "disbursementStatus": leg.status,
                "disbursementId": str(leg.disbursement.pk) if leg.disbursement else None,
            }
        )


class DisbursementStatusView(APIView):
    """The second leg."""

    permissions = {"GET": VIEW}
    open_to = {"GET": (OWNER, TENANT)}

    @extend_schema(
        operation_id="disbursement_status", summary="How the rent's way to its owner stands",
        parameters=[ID], responses={200: StatusAnswer, 404: ErrorAnswer, **REFUSALS},
        examples=[OpenApiExample("Arrived", value=examples.STATUS, response_only=True)],
    )  # fmt: skip
    def get(self, request: Request, payment_id: str) -> Response:
        """404 for what is not the caller's."""
        caller = caller_from(request)
        row = reads.one(caller=caller, payment_id=payment_id)
        leg = legs([row]).get(row.pk) if isinstance(row, Payment) else None
        values = of_leg(row, leg, caller=caller)
        content: dict[str, Any] = {
            "paymentId": row.pk,
            "paymentStatus": paid(row),
            "amount": in_shillings(row.amount_minor, row.currency),
            "currency": row.currency,
            **{ours: values[theirs] for ours, theirs in NAMES.items()},
        }
        return Response({"success": True, "disbursement": StatusSerializer(content).data})


class RetryFailedView(APIView):
    """Retry all that failed."""

    permissions = {"POST": reach.RETRY_ALL_PERMISSION}

    @extend_schema(
        operation_id="retry_failed_disbursements",
        summary="Retry every transfer to an owner that failed",
        description=examples.RETRY, request=WhySerializer,
        responses={200: RetriedAnswer, 400: ErrorAnswer, **REFUSALS},
        examples=[OpenApiExample("Retried", value=examples.RETRIED, response_only=True,
                                 status_codes=["200"])],
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """What was tried again, and what could not be."""
        demand(request, reach.PERMISSION)
        values = read_body(WhySerializer, request.data, examples={})
        try:
            done = retry_failed(
                caller=caller_from(request), at=clock.database_now(), reason=values["reason"]
            )
        except Refused as error:
            raise _refused(error) from None
        return Response(
            {
                "success": True,
                "message": f"Retried {done.total} failed disbursements",
                "results": ResultsSerializer(_results(done)).data,
            }
        )


def _forward(payment_id: UUID, caller: Caller, reason: str) -> None:
    try:
        forward_payment(
            payment_id=payment_id, caller=caller, at=clock.database_now(), reason=reason
        )
    except NoSuchPayment:
        raise Http404 from None
    except Refused as error:
        raise _refused(error) from None


def _results(done: Results) -> dict[str, Any]:
    return {
        "total": done.total,
        "successful": done.successful,
        "failed": done.failed,
        "errors": [{"paymentId": error.payment_id, "error": error.error} for error in done.errors],
    }


def _refused(error: Refused) -> ApiError | PermissionDenied:
    if isinstance(error, NotAllowed):
        return not_allowed(error)
    if error.field == "reason":
        return bad_fields({"reason": [f"{error.message}."]})
    code = "already_forwarded" if isinstance(error, AlreadyForwarded) else "cannot_forward"
    return _cannot(error.message, code)


def _cannot(sentence: str, code: str = "cannot_forward") -> ApiError:
    return ApiError(status=HTTPStatus.CONFLICT, code=code, sentence=f"{sentence}.")
