"""Settle by hand over the API: members of staff only, two of them for each payout."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.http import Http404
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core import clock
from core.callers import Caller, NotAllowed
from core.ids import as_uuid
from core.refusals import Refused
from disbursements.api import reads, two_persons
from disbursements.api.answers import ErrorAnswer
from disbursements.api.retry_body import ReasonSerializer
from disbursements.api.settlement_fields import (
    EXAMPLE,
    EXAMPLES,
    NAMES,
    ListAnswer,
    ProposalSerializer,
    SettlementAnswer,
    SettlementSerializer,
    read_status,
)
from disbursements.api.views import REFUSALS, context_of
from disbursements.models import Settlement
from disbursements.operations import decide_settlement, propose_settlement
from disbursements.operations.decide_settlement import NoSuchSettlement
from disbursements.operations.propose_settlement import BadSettlement, NoSuchPayout
from vault.api.authentication import caller_from
from vault.api.bodies import read_body
from vault.api.errors import ApiError, bad_fields, not_allowed

LISTED_MAX = 200
VIEW = "disbursements.view_settlement"
CANNOT = {400: ErrorAnswer, 404: ErrorAnswer, 409: ErrorAnswer, **REFUSALS}


class ProposeView(APIView):
    """Say how a payout ended."""

    permissions = {"POST": propose_settlement.PERMISSION}

    @extend_schema(
        operation_id="propose_settlement",
        summary="Propose how a payout ended that nobody can tell about",
        description="Members of staff only. It changes nothing before another person approves it.",
        parameters=[OpenApiParameter("disbursement_id", UUID, OpenApiParameter.PATH)],
        request=ProposalSerializer,
        responses={201: SettlementAnswer, **CANNOT},
        examples=[OpenApiExample("Not paid", value=EXAMPLE, request_only=True)],
    )
    def post(self, request: Request, disbursement_id: str) -> Response:
        """201 with the proposal; the same again answers the same."""
        caller = caller_from(request)
        row = reads.one(caller=caller, disbursement_id=disbursement_id)
        values = read_body(ProposalSerializer, request.data, examples=EXAMPLES)
        claim = {ours: values[theirs] for ours, theirs in NAMES.items() if theirs in values}
        settlement = two_persons.done(
            lambda: propose_settlement.propose(
                disbursement_id=row.pk, caller=caller, at=clock.database_now(), **claim
            ),
            refused=_refused,
        )
        return _answer(request, settlement, HTTPStatus.CREATED)


class SettlementsView(APIView):
    """What was proposed."""

    permissions = {"GET": VIEW}

    @extend_schema(
        operation_id="list_settlements",
        summary="Proposed settlements, oldest first",
        parameters=[
            OpenApiParameter("status", str, description="Such as approved; proposed (those that "
                             "wait for a second person) when left out")
        ],
        responses={200: ListAnswer, 400: ErrorAnswer, **REFUSALS},
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """At most LISTED_MAX; `more` tells whether there are others."""
        caller = caller_from(request)
        rows = Settlement.objects.filter(status=read_status(request.query_params))
        if caller.partners is not None:
            rows = rows.filter(disbursement__partner_id__in=caller.partners)
        found = list(
            rows.select_related("disbursement__partner", "attempt").order_by("proposed_at", "id")[
                : LISTED_MAX + 1
            ]
        )
        shown = SettlementSerializer(found[:LISTED_MAX], many=True, context=context_of(request))
        return Response(
            {"success": True, "settlements": shown.data, "more": len(found) > LISTED_MAX}
        )


class _DecideView(two_persons.DecideView):
    id_name = "settlement_id"
    examples = EXAMPLES

    def id_of(self, text: str, *, caller: Caller) -> UUID:  # noqa: ARG002
        """Whose it is, the operation sees."""
        row_id = as_uuid(text)
        if row_id is None:
            raise Http404
        return row_id

    def refused(self, error: Refused) -> Exception:
        """As of a proposal."""
        return _refused(error)

    def answer(self, request: Request, row: Settlement, status: HTTPStatus) -> Response:
        """As of a proposal."""
        return _answer(request, row, status)


class ApproveView(_DecideView):
    """Agree: the payout is settled."""

    permissions = {"POST": decide_settlement.PERMISSION}
    verb = staticmethod(decide_settlement.approve)

    @extend_schema(
        operation_id="approve_settlement",
        summary="Approve what another person proposed: the payout is settled",
        parameters=[OpenApiParameter("settlement_id", UUID, OpenApiParameter.PATH)],
        request=ReasonSerializer,
        responses={200: SettlementAnswer, **CANNOT},
    )
    def post(self, request: Request, settlement_id: str) -> Response:
        """403 for who proposed it."""
        return self.decide(request, settlement_id)


class RejectView(_DecideView):
    """Refuse, or take one's own back."""

    permissions = {"POST": VIEW}
    verb = staticmethod(decide_settlement.reject)

    @extend_schema(
        operation_id="reject_settlement",
        summary="Reject what another person proposed, or take your own back",
        parameters=[OpenApiParameter("settlement_id", UUID, OpenApiParameter.PATH)],
        request=ReasonSerializer,
        responses={200: SettlementAnswer, **CANNOT},
    )
    def post(self, request: Request, settlement_id: str) -> Response:
        """The payout stays as it is."""
        return self.decide(request, settlement_id)


def _refused(error: Refused) -> Exception:
    """What to raise instead: 400 with each wrong field, 403, 404, else 409."""
    if isinstance(error, BadSettlement):
        fields: dict[str, list[str]] = {}
        for problem in error.problems:
            fields.setdefault(NAMES[problem.field], []).append(f"{problem.message}.")
        return bad_fields(fields)
    if isinstance(error, NotAllowed):
        return not_allowed(error)
    if isinstance(error, NoSuchPayout | NoSuchSettlement):
        return Http404()
    return ApiError(status=HTTPStatus.CONFLICT, code="cannot_settle", sentence=f"{error}.")


def _answer(request: Request, settlement: Settlement, status: HTTPStatus) -> Response:
    row = Settlement.objects.select_related("disbursement__partner", "attempt").get(
        pk=settlement.pk
    )
    said: dict[str, Any] = SettlementSerializer(row, context=context_of(request)).data
    return Response({"success": True, "settlement": said}, status=status)
