"""GET /api/disburse/export: exactly what is filtered, as a file."""

from collections.abc import Mapping
from typing import Any

from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from core import clock
from disbursements.api import retry_examples as examples
from disbursements.api.answers import ErrorAnswer
from disbursements.api.retry_query import bad_selection, read_selection
from disbursements.api.views import REFUSALS
from disbursements.operations.export import FORMATS, PERMISSION, BadExport, export
from disbursements.queries.exported import COLUMNS, DEFAULT_COLUMNS
from disbursements.queries.selection import BadSelection
from vault.api.authentication import caller_from
from vault.api.errors import bad_fields

BESIDE = ("format", "columns")


class AnyFile(BaseContentNegotiation):
    """The file is in the format that the query string names; refusals are JSON."""

    def select_renderer(
        self,
        request: Request,  # noqa: ARG002
        renderers: Any,  # noqa: ARG002
        format_suffix: str | None = None,  # noqa: ARG002
    ) -> tuple[BaseRenderer, str]:
        """Whatever the header Accept says; DRF would take `format` for a renderer's name."""
        return JSONRenderer(), JSONRenderer.media_type


class ExportView(APIView):
    """Take rows away in a file."""

    permissions = {"GET": PERMISSION}
    content_negotiation_class = AnyFile

    @extend_schema(
        operation_id="export",
        summary="Everything that matches, as a CSV or JSON file",
        description=examples.EXPORT,
        parameters=[
            OpenApiParameter("format", str, enum=FORMATS, description="csv, when left out"),
            OpenApiParameter(
                "columns", str, enum=list(COLUMNS), many=True, explode=False, style="form",
                description="In this order; the usual ones, when left out",
            ),
            *examples.FILTERS,
        ],
        responses={
            (200, "text/csv"): OpenApiTypes.STR, (200, "application/json"): OpenApiTypes.OBJECT,
            400: ErrorAnswer, **REFUSALS,
        },
    )  # fmt: skip
    def get(self, request: Request) -> StreamingHttpResponse:
        """Newest first, streamed."""
        query = request.query_params
        selection, wrong = read_selection(query, beside=BESIDE)
        if wrong:
            raise bad_fields(wrong)
        try:
            leaving = export(
                selection=selection,
                columns=_columns(query),
                file_format=query.get("format", FORMATS[0]),
                caller=caller_from(request),
                at=clock.now(),
            )
        except BadExport as error:
            raise bad_fields({error.field: [f"{error.message}."]}) from None
        except BadSelection as error:
            raise bad_selection(error) from None
        return StreamingHttpResponse(
            leaving.blocks,
            content_type=leaving.content_type,
            headers={"Content-Disposition": f'attachment; filename="{leaving.file_name}"'},
        )


def _columns(query: Mapping[str, str]) -> list[str]:
    if "columns" not in query:
        return list(DEFAULT_COLUMNS)
    return [name.strip() for name in query["columns"].split(",") if name.strip()]
