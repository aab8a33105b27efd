"""POST and GET /api/disburse, GET /api/disburse/{id}."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core import clock
from core.callers import Caller
from disbursements.api import paging, reads
from disbursements.api import schema_examples as examples
from disbursements.api.answers import (
    STATUSES,
    DetailAnswer,
    DetailSerializer,
    DisbursementsAnswer,
    DisbursementSerializer,
    ErrorAnswer,
    InstructedAnswer,
    ListedSerializer,
)
from disbursements.api.fields import ID_EXAMPLE
from disbursements.api.instruction import InstructionSerializer, camel, read_instruction
from disbursements.operations.instruct import (
    BadInstruction,
    ConflictingReplay,
    Instructed,
    instruct,
)
from disbursements.operations.which_shortcode import NoShortcode
from vault.api.authentication import caller_from
from vault.api.errors import ApiError, bad_fields

KEY_LENGTH_MAX = 255
KEY_EXAMPLE = "6f1f0a9c-2b11-4a64-9d5e-0b9c5f6e3d0b"
VIEW = "disbursements.view_disbursementrequest"
ADD = "disbursements.add_disbursementrequest"
SEE_PHONES = "disbursements.see_phones"
REPLAYED = "Idempotent-Replayed"
REFUSALS = {401: ErrorAnswer, 403: ErrorAnswer, 503: ErrorAnswer}


class DisburseView(APIView):
    """Instruct a payout, or list them."""

    permissions = {"POST": ADD, "GET": VIEW}

    @extend_schema(
        operation_id="disburse",
        summary="Instruct one payout",
        description=examples.DISBURSE,
        parameters=[
            OpenApiParameter(
                "Idempotency-Key", str, OpenApiParameter.HEADER,
                description="At most 255 characters; the same key belongs to the same body",
            )
        ],
        request=InstructionSerializer,
        responses={
            201: InstructedAnswer, 400: ErrorAnswer, 409: ErrorAnswer, 413: ErrorAnswer, **REFUSALS
        },
        examples=[
            OpenApiExample("Salary", value=examples.INSTRUCTION, request_only=True),
            OpenApiExample(
                "Queued", value=examples.INSTRUCTED, response_only=True, status_codes=["201"]
            ),
            OpenApiExample(
                "Bad amount", value=examples.BAD_AMOUNT, response_only=True, status_codes=["400"]
            ),
        ],
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """201 with the payout; the same again answers the same, with a header that says so."""
        key = idempotency_key(request)
        asked, caller = read_instruction(request.data), caller_from(request)
        try:
            done = instruct(
                partner_id=partner_to_pay_for(caller, asked.partner_id),
                instruction=asked.instruction,
                shortcode_number=asked.shortcode_number,
                origin="api",
                idempotency_key=key,
                actor=caller.actor,
                at=clock.database_now(),
            )
        except BadInstruction as error:
            raise bad_fields(camel(error.problems)) from error
        except NoShortcode as error:
            raise bad_fields({"shortcode": [f"{error}."]}) from error
        except ConflictingReplay as error:
            raise ApiError(
                status=HTTPStatus.CONFLICT, code="conflict", sentence=f"{error}."
            ) from error
        return _instructed(done, context_of(request))

    @extend_schema(
        operation_id="list_disbursements",
        summary="List payouts, newest first",
        parameters=[
            OpenApiParameter("limit", int, description=f"1 to {paging.LIMIT_MAX}, "
                             f"{paging.LIMIT_DEFAULT} when left out"),
            OpenApiParameter("cursor", str, description="nextCursor of the page before"),
            OpenApiParameter("status", str, enum=STATUSES, many=True, explode=False, style="form",
                             description="One or more, with commas between"),
            OpenApiParameter("partner", UUID, description="Only this partner's"),
            OpenApiParameter("clientReference", str),
            OpenApiParameter("from", str, description="A day or moment, included"),
            OpenApiParameter("to", str, description="A day, included, or a moment, excluded"),
        ],
        responses={200: DisbursementsAnswer, 400: ErrorAnswer, **REFUSALS},
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """One page; `nextCursor` is null on the last."""
        asked = paging.read_query(request.query_params)
        rows, cursor = reads.page(
            reads.listed(caller=caller_from(request), asked=asked),
            limit=asked.limit, after=asked.after,
        )  # fmt: skip
        return Response(
            {
                "success": True,
                "disbursements": ListedSerializer(
                    rows, many=True, context=context_of(request)
                ).data,
                "nextCursor": cursor,
            }
        )


class DisbursementView(APIView):
    """One payout."""

    permissions = {"GET": VIEW}

    @extend_schema(
        operation_id="get_disbursement",
        summary="One payout with its attempts",
        parameters=[OpenApiParameter("disbursement_id", UUID, OpenApiParameter.PATH)],
        responses={200: DetailAnswer, 404: ErrorAnswer, **REFUSALS},
    )
    def get(self, request: Request, disbursement_id: str) -> Response:
        """404 for what is not the caller's, and for what is no id."""
        row = reads.one(caller=caller_from(request), disbursement_id=disbursement_id)
        context = {**context_of(request), "attempts": reads.attempts(row)}
        answer = DetailSerializer(row, context=context)
        return Response({"success": True, "disbursement": answer.data})


def idempotency_key(request: Request) -> str | None:
    """The header's value; raises ApiError (400) for an empty, long or unprintable one."""
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return None
    if not 1 <= len(key) <= KEY_LENGTH_MAX or not (key.isascii() and key.isprintable()):
        message = f"write 1 to {KEY_LENGTH_MAX} plain characters, such as {KEY_EXAMPLE}."
        raise bad_fields({"Idempotency-Key": [message]})
    return key


def context_of(request: Request) -> dict[str, Any]:
    """What the serializers need to know of the caller."""
    return {"may_see_phones": caller_from(request).may(SEE_PHONES)}


def partner_to_pay_for(caller: Caller, named: UUID | None) -> UUID:
    """The partner that was named, or the caller's only one. Raises ApiError (400)."""
    if named is not None and caller.may_touch(named):
        return named
    if named is not None:
        raise bad_fields({"partner": ["is no partner that you may instruct payouts of."]})
    if caller.partners is None or len(caller.partners) != 1:
        raise bad_fields({"partner": [f'is missing: an example is "{ID_EXAMPLE}".']})
    return next(iter(caller.partners))


def _instructed(done: Instructed, context: dict[str, Any]) -> Response:
    row = reads.as_instructed(done.disbursement, replayed=done.replayed)
    return Response(
        {
            "success": True,
            "message": "The payout was taken in and will be made once.",
            "disbursement": DisbursementSerializer(row, context=context).data,
        },
        status=HTTPStatus.CREATED,
        headers={REPLAYED: "true"} if done.replayed else None,
    )
