"""What two persons decide about a paid loan: propose, approve, reject."""

from http import HTTPStatus
from uuid import UUID

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core import clock
from core.callers import Caller
from core.refusals import Refused
from disbursements.api import pages, two_persons
from disbursements.api.retry_body import ReasonSerializer
from loans.api import examples, reads
from loans.api.answers import LoanProposalAnswer
from loans.api.bodies import EXAMPLES, LoanProposedSerializer
from loans.api.entries import proposal_said
from loans.api.loans import ID
from loans.api.refusals import refused
from loans.api.verbs import CANNOT
from loans.models import LoanProposal
from loans.operations import proposals
from vault.api.authentication import caller_from
from vault.api.bodies import read_body

PROPOSAL_ID = OpenApiParameter("proposal_id", UUID, OpenApiParameter.PATH)
WHY = OpenApiExample("Why", value=examples.WHY_BODY, request_only=True)
ANSWER = OpenApiExample("As it stands", value=examples.PROPOSED, response_only=True)


class ProposeView(APIView):
    """One person."""

    permissions = {"POST": proposals.PROPOSE}

    @extend_schema(
        operation_id="propose_of_loan",
        summary="Propose to give a booking up, or to pay a loan once more",
        description=examples.PROPOSE,
        parameters=[ID],
        request=LoanProposedSerializer,
        responses={201: LoanProposalAnswer, **CANNOT},
        examples=[OpenApiExample("Give up", value=examples.PROPOSAL, request_only=True), ANSWER],
    )
    def post(self, request: Request, loan_id: str) -> Response:
        """201; it changes nothing before another person approves it."""
        caller = caller_from(request)
        row = pages.one(reads.loans(caller), loan_id)
        values = read_body(LoanProposedSerializer, request.data, examples=EXAMPLES)
        proposal = two_persons.done(
            lambda: proposals.propose(
                loan_id=row.pk, caller=caller, at=clock.database_now(), **values
            ),
            refused=refused,
        )
        return _answer(proposal, caller, HTTPStatus.CREATED)


class _DecideView(two_persons.DecideView):
    id_name = "proposal_id"
    examples = EXAMPLES

    def id_of(self, text: str, *, caller: Caller) -> UUID:
        """Of those that the caller may see."""
        return pages.one(reads.proposals(caller), text).pk

    def refused(self, error: Refused) -> Exception:
        """As every refusal about loans."""
        return refused(error)

    def answer(self, request: Request, row: LoanProposal, status: HTTPStatus) -> Response:
        """As whoever decided may see it."""
        return _answer(row, caller_from(request), status)


class ApproveView(_DecideView):
    """The other person agrees."""

    permissions = {"POST": proposals.APPROVE}
    verb = staticmethod(proposals.approve)

    @extend_schema(
        operation_id="approve_loan_proposal",
        summary="Approve what another person proposed: it is done",
        parameters=[PROPOSAL_ID],
        request=ReasonSerializer,
        responses={200: LoanProposalAnswer, **CANNOT},
        examples=[WHY, ANSWER],
    )
    def post(self, request: Request, proposal_id: str) -> Response:
        """403 for who proposed it; 409 where the loan moved on."""
        return self.decide(request, proposal_id)


class RejectView(_DecideView):
    """The other person refuses, or the same one takes it back."""

    permissions = {"POST": (proposals.APPROVE, proposals.PROPOSE)}
    verb = staticmethod(proposals.reject)

    @extend_schema(
        operation_id="reject_loan_proposal",
        summary="Reject what another person proposed, or take your own back",
        parameters=[PROPOSAL_ID],
        request=ReasonSerializer,
        responses={200: LoanProposalAnswer, **CANNOT},
        examples=[WHY, ANSWER],
    )
    def post(self, request: Request, proposal_id: str) -> Response:
        """The loan stays as it is."""
        return self.decide(request, proposal_id)


def _answer(proposal: LoanProposal, caller: Caller, status: HTTPStatus) -> Response:
    said = proposal_said(proposal, caller=caller)
    return Response({"success": True, "proposal": said}, status=status)
