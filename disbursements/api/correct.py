"""POST /api/disburse/{id}/correct: a new payout in the place of one that failed."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.http import Http404
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core import clock
from disbursements.api import reads
from disbursements.api.answers import ErrorAnswer, ListedSerializer
from disbursements.api.fields import Text
from disbursements.api.instruction import Amount, camel
from disbursements.api.retry_body import EXAMPLES, ReasonSerializer
from disbursements.api.views import REFUSALS, REPLAYED, context_of
from disbursements.operations.correct import (
    PERMISSION,
    CannotCorrect,
    ReferenceTaken,
    correct,
)
from disbursements.operations.instruct import BadInstruction
from disbursements.operations.propose_settlement import NoSuchPayout
from disbursements.operations.which_shortcode import NoShortcode
from vault.api.authentication import caller_from
from vault.api.bodies import read_body
from vault.api.errors import ApiError, bad_fields

NAMES = {"msisdn": "msisdn", "amount": "amount", "payee_name": "payeeName",
         "client_reference": "clientReference"}  # fmt: skip
EXAMPLE = {"msisdn": "0700000777", "reason": "the payee gave a new number"}


class CorrectionSerializer(ReasonSerializer):
    """What is different; what is left out stays as it was."""

    msisdn = Text(required=False, help_text="The right phone")
    amount = Amount(required=False, help_text="The right amount, in whole shillings")
    payeeName = Text(required=False, allow_blank=True)  # noqa: N815
    clientReference = Text(  # noqa: N815
        required=False, help_text="Of the new payout; derived from the old one when left out"
    )


class CorrectedAnswer(serializers.Serializer):
    """Answer of POST /api/disburse/{id}/correct."""

    success = serializers.BooleanField()
    message = serializers.CharField()
    disbursement = ListedSerializer()


class CorrectView(APIView):
    """Correct and resend."""

    permissions = {"POST": PERMISSION}

    @extend_schema(
        operation_id="correct_disbursement",
        summary="Correct a payout that failed or was cancelled, and send it",
        description="A new payout replaces it; the old one is never sent again. The same "
        "correction again answers with the same payout.",
        parameters=[OpenApiParameter("disbursement_id", UUID, OpenApiParameter.PATH)],
        request=CorrectionSerializer,
        responses={
            201: CorrectedAnswer, 400: ErrorAnswer, 404: ErrorAnswer, 409: ErrorAnswer, **REFUSALS
        },
        examples=[OpenApiExample("A new phone", value=EXAMPLE, request_only=True)],
    )  # fmt: skip
    def post(self, request: Request, disbursement_id: str) -> Response:
        """201 with the new payout; a replay says so in a header."""
        caller = caller_from(request)
        row = reads.one(caller=caller, disbursement_id=disbursement_id)
        values = read_body(CorrectionSerializer, request.data, examples=EXAMPLES)
        changes: dict[str, Any] = {ours: values.get(theirs) for ours, theirs in NAMES.items()}
        try:
            done = correct(
                disbursement_id=row.pk, reason=values["reason"], caller=caller,
                at=clock.database_now(), **changes,
            )  # fmt: skip
        except BadInstruction as error:
            raise bad_fields(camel(error.problems)) from None
        except (CannotCorrect, ReferenceTaken, NoShortcode) as error:
            raise _conflict(error) from None
        except NoSuchPayout:
            raise Http404 from None
        child = reads.one(caller=caller, disbursement_id=str(done.disbursement.pk))
        return Response(
            {
                "success": True,
                "message": "The corrected payout was taken in and will be made once.",
                "disbursement": ListedSerializer(child, context=context_of(request)).data,
            },
            status=HTTPStatus.CREATED,
            headers={REPLAYED: "true"} if done.replayed else None,
        )


def _conflict(error: CannotCorrect | ReferenceTaken | NoShortcode) -> ApiError:
    if isinstance(error, ReferenceTaken):
        fields = {"clientReference": [f"{error.message}."]}
        sentence = f"clientReference: {error.message}."
        return ApiError(
            status=HTTPStatus.CONFLICT, code="conflict", sentence=sentence, fields=fields
        )
    return ApiError(status=HTTPStatus.CONFLICT, code="cannot_correct", sentence=f"{error}.")
