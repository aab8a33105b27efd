"""GET /api/mifos/loans, of one, as a file, and GET /api/mifos/runs."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core import clock, money
from disbursements.api.amounts import in_units
from disbursements.api.answers import ErrorAnswer
from disbursements.api.export_view import AnyFile
from disbursements.api.views import REFUSALS
from disbursements.operations.export import FORMATS, BadExport, export
from disbursements.queries.filter_table import BadSelection
from loans.api import examples, query, reads, runs_said
from loans.api.answers import LoanAnswer, LoansAnswer, LoanSyncsAnswer
from loans.api.entries import described, in_full
from loans.api.query import OF_LOANS, OF_RUNS, OF_RUNS_WORDS, paging, parameters
from loans.queries import figures
from loans.queries.exported import COLUMNS, EXPORT, LOANS
from vault.api.authentication import caller_from
from vault.api.errors import bad_fields

VIEW = "loans.view_loantracking"
VIEW_RUNS = "loans.view_loansyncrun"
ID = OpenApiParameter("loan_id", UUID, OpenApiParameter.PATH, description="Our id of the loan")
BESIDE = ("format", "columns")


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
        shown, cursor = reads.page(
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
        row = reads.one(reads.loans(caller), loan_id)
        return Response({"success": True, "loan": in_full(row, caller=caller)})


class LoansFileView(APIView):
    """Take loans away in a file."""

    permissions = {"GET": EXPORT}
    content_negotiation_class = AnyFile

    @extend_schema(
        operation_id="export_loans",
        summary="Every loan that matches, as a CSV or JSON file",
        description=examples.EXPORTED,
        parameters=[
            OpenApiParameter("format", str, enum=FORMATS, description="csv, when left out"),
            OpenApiParameter(
                "columns", str, enum=list(COLUMNS), many=True, explode=False, style="form",
                description="In this order; the usual ones, when left out",
            ),
            *parameters(OF_LOANS),
        ],
        responses={
            (200, "text/csv"): OpenApiTypes.STR, (200, "application/json"): OpenApiTypes.OBJECT,
            400: ErrorAnswer, **REFUSALS,
        },
    )  # fmt: skip
    def get(self, request: Request) -> StreamingHttpResponse:
        """Newest first, streamed."""
        asked = request.query_params
        chosen = query.read_filters({name: asked[name] for name in asked if name not in BESIDE})
        try:
            leaving = export(
                selection=chosen, columns=_columns(asked),
                file_format=asked.get("format", FORMATS[0]), caller=caller_from(request),
                at=clock.now(), of=LOANS,
            )  # fmt: skip
        except BadExport as error:
            raise bad_fields({error.field: [f"{error.message}."]}) from None
        except BadSelection as error:
            raise query.bad_selection(error) from None
        return StreamingHttpResponse(
            leaving.blocks,
            content_type=leaving.content_type,
            headers={"Content-Disposition": f'attachment; filename="{leaving.file_name}"'},
        )


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
        shown, cursor = reads.page(rows, page, moment="started_at", beside=("partner",))
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


def _columns(asked: Mapping[str, str]) -> list[str]:
    if "columns" not in asked:
        return list(LOANS.default_columns)
    return [name.strip() for name in asked["columns"].split(",") if name.strip()]
