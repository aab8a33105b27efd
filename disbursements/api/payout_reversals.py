"""Taking a paid transfer back over the API: members of staff only, two of them for each."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.http import Http404
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core import clock, money
from core.callers import Caller, NotAllowed
from core.refusals import Refused
from disbursements.api import pages, payout_query, payout_reads, two_persons
from disbursements.api import payout_examples as examples
from disbursements.api.answers import ErrorAnswer
from disbursements.api.payout_fields import EXAMPLES, ReversalAskedSerializer
from disbursements.api.payout_jobs import TRANSFER_ID
from disbursements.api.retry_body import ReasonSerializer
from disbursements.api.reversal_answers import ReversalAnswer, ReversalsAnswer, ReversalSerializer
from disbursements.api.views import REFUSALS, context_of
from disbursements.models import PayoutTransfer, TransferReversal
from disbursements.operations import reversals
from disbursements.operations.propose_settlement import NoSuchPayout
from vault.api.authentication import caller_from
from vault.api.bodies import read_body
from vault.api.errors import ApiError, bad_fields, not_allowed

VIEW = "disbursements.view_transferreversal"
CANNOT = {**dict.fromkeys((400, 404, 409), ErrorAnswer), **REFUSALS}
REVERSAL_ID = OpenApiParameter("reversal_id", UUID, OpenApiParameter.PATH)
PROPOSED = OpenApiExample("Proposed", value=examples.REVERSAL, response_only=True)


class ProposeReversalView(APIView):
    """Ask for money back."""

    permissions = {"POST": reversals.PROPOSE}

    @extend_schema(
        operation_id="propose_reversal",
        summary="Propose to take a paid transfer back, in whole or in part",
        description=examples.PROPOSE,
        parameters=[TRANSFER_ID],
        request=ReversalAskedSerializer,
        responses={201: ReversalAnswer, **CANNOT},
        examples=[
            OpenApiExample("All of it", value=examples.BACK, request_only=True),
            OpenApiExample("A part", value=examples.PART_BACK, request_only=True),
            PROPOSED,
        ],
    )
    def post(self, request: Request, transfer_id: str) -> Response:
        """201 with the proposal; the same again answers the same."""
        caller = caller_from(request)
        row = pages.one(payout_reads.transfers(caller), transfer_id)
        values = read_body(ReversalAskedSerializer, request.data, examples=EXAMPLES)
        amount_minor = _minor(values.get("amount"), row)
        reversal = two_persons.done(
            lambda: reversals.propose_reversal(
                disbursement_id=row.pk, amount_minor=amount_minor, reason=values["reason"],
                caller=caller, at=clock.database_now(),
            ),
            refused=_refused,
        )  # fmt: skip
        return _answer(request, reversal, HTTPStatus.CREATED)


class ReversalsView(APIView):
    """What was asked back."""

    permissions = {"GET": VIEW}

    @extend_schema(
        operation_id="list_reversals",
        summary="Reversals of transfers, newest first",
        parameters=payout_query.parameters(
            payout_query.OF_REVERSALS,
            status="One or more, with commas between, such as proposed: those that wait for a "
            "second person",
        ),
        responses={200: ReversalsAnswer, 400: ErrorAnswer, **REFUSALS},
    )
    def get(self, request: Request) -> Response:
        """One page; `nextCursor` is null on the last."""
        asked = payout_query.read_reversals(request.query_params)
        rows, cursor = payout_reads.reversals_page(caller=caller_from(request), asked=asked)
        return Response(
            {
                "success": True,
                "reversals": _described(request, rows),
                "nextCursor": cursor,
            }
        )


class _DecideView(two_persons.DecideView):
    id_name = "reversal_id"
    examples = EXAMPLES

    def id_of(self, text: str, *, caller: Caller) -> UUID:
        """Of those that the caller may see."""
        return pages.one(payout_reads.reversals(caller), text).pk

    def refused(self, error: Refused) -> Exception:
        """As of a proposal."""
        return _refused(error)

    def answer(self, request: Request, row: TransferReversal, status: HTTPStatus) -> Response:
        """As of a proposal."""
        return _answer(request, row, status)


class ApproveReversalView(_DecideView):
    """Agree: it is sent."""

    permissions = {"POST": reversals.APPROVE}
    verb = staticmethod(reversals.approve_reversal)

    @extend_schema(
        operation_id="approve_reversal",
        summary="Approve what another person proposed: it is sent to Stripe",
        parameters=[REVERSAL_ID],
        request=ReasonSerializer,
        responses={200: ReversalAnswer, **CANNOT},
        examples=[OpenApiExample("Why", value=examples.BACK, request_only=True)],
    )
    def post(self, request: Request, reversal_id: str) -> Response:
        """403 for who proposed it."""
        return self.decide(request, reversal_id)


class RejectReversalView(_DecideView):
    """Refuse, or take one's own back."""

    permissions = {"POST": (reversals.APPROVE, reversals.PROPOSE)}
    verb = staticmethod(reversals.reject_reversal)

    @extend_schema(
        operation_id="reject_reversal",
        summary="Reject what another person proposed, or take your own back",
        parameters=[REVERSAL_ID],
        request=ReasonSerializer,
        responses={200: ReversalAnswer, **CANNOT},
        examples=[OpenApiExample("Why", value=examples.BACK, request_only=True)],
    )
    def post(self, request: Request, reversal_id: str) -> Response:
        """The transfer stays as it is."""
        return self.decide(request, reversal_id)


def _minor(amount: str | None, row: PayoutTransfer) -> int | None:
    """Minor units of what was written; None: all. Raises ApiError (400)."""
    if amount is None:
        return None
    try:
        return money.parse_amount(amount, currency=row.disbursement.currency)
    except money.BadAmount as error:
        raise bad_fields({"amount": [f"{error}."]}) from None


def _refused(error: Refused) -> Exception:
    """What to raise instead: 403, 404, 400 for a field of the body, else 409."""
    if isinstance(error, NotAllowed):
        return not_allowed(error)
    if isinstance(error, NoSuchPayout | reversals.NoSuchReversal):
        return Http404()
    if error.field in ("amount", "reason"):
        return bad_fields({error.field: [f"{error.message}."]})
    return ApiError(status=HTTPStatus.CONFLICT, code="cannot_reverse", sentence=f"{error}.")


def _answer(request: Request, reversal: TransferReversal, status: HTTPStatus) -> Response:
    row = TransferReversal.objects.select_related("disbursement").get(pk=reversal.pk)
    said = _described(request, [row])[0]
    return Response({"success": True, "reversal": said}, status=status)


def _described(request: Request, rows: Sequence[TransferReversal]) -> list[dict[str, Any]]:
    """Each as it is answered; its job by one query for all."""
    ids = {row.disbursement_id for row in rows}
    jobs = dict(PayoutTransfer.objects.filter(pk__in=ids).values_list("pk", "job_id"))
    context = {**context_of(request), "jobs": jobs}
    return list(ReversalSerializer(rows, many=True, context=context).data)
