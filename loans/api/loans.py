"""GET /api/mifos/loans, of one, as a file, and GET /api/mifos/runs."""

from typing import Any
from uuid import UUID

from django.http import StreamingHttpResponse
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core import money
from disbursements.api import files, pages
from disbursements.api.amounts import in_units
from disbursements.api.answers import ErrorAnswer
from disbursements.api.views import REFUSALS
from disbursements.queries.filter_table import BadSelection
from loans.api import examples, query, reads, runs_said
from loans.api.answers import LoanAnswer, LoansAnswer, LoanSyncsAnswer
from loans.api.entries import described, in_full
from loans.api.query import OF_LOANS, OF_RUNS, OF_RUNS_WORDS, paging, parameters
from loans.queries import figures
from loans.queries.exported import COLUMNS, EXPORT, LOANS
from vault.api.authentication import caller_from

VIEW = "loans.view_loantracking"
VIEW_RUNS = "loans.view_loansyncrun"
ID = OpenApiParameter("loan_id", UUID, OpenApiParameter.PATH, description="Our id of the loan")


class LoansView(APIView):
    """The list."""

    permissions = {"GET": VIEW}

    @extend_schema(
        operation_id="list_loans",
        summary="List loans, newest first, with how many stand where",
        description=examples.LIST,
        parameters=[*paging(), *parameters(OF_LOANS)],
        responses={200: LoansAnswer, 400: ErrorAnswer, **REFUSALS},
        examples=[OpenApiExample("One loan", value=examples.LOANS, response_only=True)],
    )
    def get(self, request: Request) -> Response:
        """One page; `nextCursor` is null on the last."""
        caller, page = caller_from(request), query.read_loans(request.query_params)
        rows = reads.selected(caller, page.selection)
        shown, cursor = pages.page(
            rows, page, moment="created_at", beside=("partner", "disbursement")
        )
        counted = [*figures.per_status(rows), figures.not_booked(rows)]
        return Response(
            {
                "success": True,
                "summary": {figure.status: _figure(figure) for figure in counted},
                "loans": described(shown, caller=caller),
                "nextCursor": cursor,
            }
        )


class LoanView(APIView):
    """One of them."""

    permissions = {"GET": VIEW}

    @extend_schema(
        operation_id="get_loan",
        summary="One loan: differences, bookings, proposals, and its timeline",
        parameters=[ID],
        responses={200: LoanAnswer, 404: ErrorAnswer, **REFUSALS},
        examples=[OpenApiExample("Held", value=examples.ONE_LOAN, response_only=True)],
    )
    def get(self, request: Request, loan_id: str) -> Response:
        """404 for what is not the caller's, and for what is no id."""
        caller = caller_from(request)
        row = pages.one(reads.loans(caller), loan_id)
        return Response({"success": True, "loan": in_full(row, caller=caller)})


class LoansFileView(APIView):
    """Take loans away in a file."""

    permissions = {"GET": EXPORT}
    content_negotiation_class = files.AnyFile

    @extend_schema(
        operation_id="export_loans",
        summary="Every loan that matches, as a CSV or JSON file",
        description=examples.EXPORTED,
        parameters=[*files.parameters(COLUMNS), *parameters(OF_LOANS)],
        responses=files.ANSWERS,
    )
    def get(self, request: Request) -> StreamingHttpResponse:
        """Newest first, streamed."""
        asked, caller = request.query_params, caller_from(request)
        filters = {name: asked[name] for name in asked if name not in files.BESIDE}
        chosen = query.read_filters(filters)
        try:
            return files.streamed(asked, selection=chosen, caller=caller, of=LOANS)
        except BadSelection as error:
            raise pages.bad_selection(error, OF_LOANS) from None


class RunsView(APIView):
    """What syncs did."""

    permissions = {"GET": VIEW_RUNS}

    @extend_schema(
        operation_id="list_loan_syncs",
        summary="List syncs, newest first, with what went wrong in words",
        parameters=[*paging(), *parameters(OF_RUNS, **OF_RUNS_WORDS)],
        responses={200: LoanSyncsAnswer, 400: ErrorAnswer, **REFUSALS},
        examples=[OpenApiExample("One sync", value=examples.RUNS, response_only=True)],
    )
    def get(self, request: Request) -> Response:
        """One page; `nextCursor` is null on the last."""
        caller, page = caller_from(request), query.read_runs(request.query_params)
        rows = reads.selected_runs(caller, page.selection)
        shown, cursor = pages.page(rows, page, moment="started_at", beside=("partner",))
        said = runs_said.described(shown, caller=caller)
        return Response({"success": True, "runs": said, "nextCursor": cursor})


def _figure(figure: figures.StatusFigure) -> dict[str, Any]:
    return {
        "count": figure.count,
        "amounts": {
            currency: in_units(total, currency)
            for currency, total in figure.net.items()
            if currency in money.DECIMALS
        },
    }
