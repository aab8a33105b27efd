"""Settle by hand over the API: members of staff only, two of them for each payout."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.http import Http404
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core import clock
from core.callers import NotAllowed
from core.refusals import Refused
from disbursements.api import reads
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
from vault.api.errors import ApiError, bad_fields

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
        settlement = _done(
            lambda: propose_settlement.propose(
                disbursement_id=row.pk, caller=caller, at=clock.database_now(), **claim
            )
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


class _DecideView(APIView):
    """One decision about a proposal."""

    verb: Callable[..., Settlement]

    def decide(self, request: Request, settlement_id: str) -> Response:
        """200 with the settlement as it is now."""
        try:
            row_id = UUID(settlement_id)
        except ValueError:
            raise Http404 from None
        values = read_body(ReasonSerializer, request.data, examples=EXAMPLES)
        settlement = _done(
            lambda: type(self).verb(
                settlement_id=row_id, reason=values["reason"], caller=caller_from(request),
                at=clock.database_now(),
            )
        )  # fmt: skip
        return _answer(request, settlement, HTTPStatus.OK)


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


def _done(act: Callable[[], Settlement]) -> Settlement:
    """What the operation answers; its refusals in the API's words."""
    try:
        return act()
    except BadSettlement as error:
        fields: dict[str, list[str]] = {}
        for problem in error.problems:
            fields.setdefault(NAMES[problem.field], []).append(f"{problem.message}.")
        raise bad_fields(fields) from None
    except NotAllowed as error:
        raise PermissionDenied(f"{error}.", code="permission_missing") from None
    except (NoSuchPayout, NoSuchSettlement):
        raise Http404 from None
    except Refused as error:
        raise ApiError(
            status=HTTPStatus.CONFLICT, code="cannot_settle", sentence=f"{error}."
        ) from None


def _answer(request: Request, settlement: Settlement, status: HTTPStatus) -> Response:
    row = Settlement.objects.select_related("disbursement__partner", "attempt").get(
        pk=settlement.pk
    )
    said: dict[str, Any] = SettlementSerializer(row, context=context_of(request)).data
    return Response({"success": True, "settlement": said}, status=status)
