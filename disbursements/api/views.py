"""POST and GET /api/disburse, GET /api/disburse/{id}."""

from http import HTTPStatus
from uuid import UUID

from django.http import Http404
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core import clock
from disbursements.api import paging, reads
from disbursements.api import schema_examples as examples
from disbursements.api.answers import (
    STATUSES,
    DetailAnswer,
    DetailSerializer,
    DisbursementSerializer,
    ErrorAnswer,
    InstructedAnswer,
    ListAnswer,
)
from disbursements.api.instruction import NAMES, InstructionSerializer, read_instruction
from disbursements.operations.instruct import (
    BadInstruction,
    ConflictingReplay,
    Instructed,
    NoShortcode,
    instruct,
)
from vault.api.authentication import key_of, partner_id_of
from vault.api.errors import ApiError, bad_fields
from vault.rules.api_key import READ, WRITE

KEY_LENGTH_MAX = 255
KEY_EXAMPLE = "6f1f0a9c-2b11-4a64-9d5e-0b9c5f6e3d0b"
REPLAYED = "Idempotent-Replayed"
REFUSALS = {401: ErrorAnswer, 403: ErrorAnswer, 503: ErrorAnswer}


class DisburseView(APIView):
    """Instruct a payout, or list them."""

    scopes = {"POST": WRITE, "GET": READ}

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
        instruction, shortcode_number = read_instruction(request.data)
        try:
            done = instruct(
                partner_id=partner_id_of(request),
                instruction=instruction,
                shortcode_number=shortcode_number,
                origin="api",
                idempotency_key=key,
                actor=f"api:{key_of(request).prefix}",
                at=clock.database_now(),
            )
        except BadInstruction as error:
            raise bad_fields(_camel(error)) from error
        except NoShortcode as error:
            raise bad_fields({"shortcode": [f"{error}."]}) from error
        except ConflictingReplay as error:
            raise ApiError(
                status=HTTPStatus.CONFLICT, code="conflict", sentence=f"{error}."
            ) from error
        return _instructed(done)

    @extend_schema(
        operation_id="list_disbursements",
        summary="List payouts, newest first",
        parameters=[
            OpenApiParameter("limit", int, description=f"1 to {paging.LIMIT_MAX}, "
                             f"{paging.LIMIT_DEFAULT} when left out"),
            OpenApiParameter("cursor", str, description="nextCursor of the page before"),
            OpenApiParameter("status", str, enum=STATUSES, many=True, explode=False, style="form",
                             description="One or more, with commas between"),
            OpenApiParameter("clientReference", str),
            OpenApiParameter("from", str, description="A day or moment, included"),
            OpenApiParameter("to", str, description="A day, included, or a moment, excluded"),
        ],
        responses={200: ListAnswer, 400: ErrorAnswer, **REFUSALS},
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """One page; `nextCursor` is null on the last."""
        asked = paging.read_query(request.query_params)
        rows, next_position = reads.page(partner_id=partner_id_of(request), asked=asked)
        return Response(
            {
                "success": True,
                "disbursements": DisbursementSerializer(rows, many=True).data,
                "nextCursor": next_position.as_cursor() if next_position else None,
            }
        )


class DisbursementView(APIView):
    """One payout."""

    scopes = {"GET": READ}

    @extend_schema(
        operation_id="get_disbursement",
        summary="One payout with its attempts",
        parameters=[OpenApiParameter("disbursement_id", UUID, OpenApiParameter.PATH)],
        responses={200: DetailAnswer, 404: ErrorAnswer, **REFUSALS},
    )
    def get(self, request: Request, disbursement_id: str) -> Response:
        """404 for what is not this partner's, and for what is no id."""
        row = None
        if (row_id := _id(disbursement_id)) is not None:
            row = reads.one(partner_id=partner_id_of(request), disbursement_id=row_id)
        if row is None:
            raise Http404
        answer = DetailSerializer(row, context={"attempts": reads.attempts(row)})
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


def _instructed(done: Instructed) -> Response:
    row = reads.as_instructed(done.disbursement, replayed=done.replayed)
    return Response(
        {
            "success": True,
            "message": "The payout was taken in and will be made once.",
            "disbursement": DisbursementSerializer(row).data,
        },
        status=HTTPStatus.CREATED,
        headers={REPLAYED: "true"} if done.replayed else None,
    )


def _camel(error: BadInstruction) -> dict[str, list[str]]:
    fields: dict[str, list[str]] = {}
    for problem in error.problems:
        fields.setdefault(NAMES[problem.field], []).append(f"{problem.message}.")
    return fields


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
