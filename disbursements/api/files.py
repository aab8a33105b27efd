"""A list of the API as a file: its format and columns, and the rows on their way out."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request

from core import clock
from core.callers import Caller
from disbursements.api.answers import ErrorAnswer
from disbursements.api.views import REFUSALS
from disbursements.operations.export import FORMATS, BadExport, export
from disbursements.queries.exported import Listing
from vault.api.errors import bad_fields

BESIDE = ("format", "columns")
ANSWERS: dict[Any, Any] = {
    (200, "text/csv"): OpenApiTypes.STR, (200, "application/json"): OpenApiTypes.OBJECT,
    400: ErrorAnswer, **REFUSALS,
}  # fmt: skip


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


def parameters(columns: Iterable[str]) -> list[OpenApiParameter]:
    """What the OpenAPI document says of format and columns."""
    return [
        OpenApiParameter("format", str, enum=FORMATS, description="csv, when left out"),
        OpenApiParameter(
            "columns", str, enum=list(columns), many=True, explode=False, style="form",
            description="In this order; the usual ones, when left out",
        ),
    ]  # fmt: skip


def streamed(
    query: Mapping[str, str], *, selection: Mapping[str, str], caller: Caller, of: Listing
) -> StreamingHttpResponse:
    """The rows of the selection that the caller may see, newest first.

    Raises ApiError (400) for a wrong format or column, NotAllowed, BadSelection.
    """
    try:
        leaving = export(
            selection=selection, columns=_columns(query, of), caller=caller, at=clock.now(),
            file_format=query.get("format", FORMATS[0]), of=of,
        )  # fmt: skip
    except BadExport as error:
        raise bad_fields({error.field: [f"{error.message}."]}) from None
    return StreamingHttpResponse(
        leaving.blocks,
        content_type=leaving.content_type,
        headers={"Content-Disposition": f'attachment; filename="{leaving.file_name}"'},
    )


def _columns(query: Mapping[str, str], of: Listing) -> list[str]:
    if "columns" not in query:
        return list(of.default_columns)
    return [name.strip() for name in query["columns"].split(",") if name.strip()]
