"""GET /api/disburse/export: exactly what is filtered, as a file."""

from django.http import StreamingHttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.views import APIView

from disbursements.api import files
from disbursements.api import retry_examples as examples
from disbursements.api.retry_query import bad_selection, read_selection
from disbursements.operations.export import PERMISSION
from disbursements.queries.exported import COLUMNS, PAYOUTS
from disbursements.queries.selection import BadSelection
from vault.api.authentication import caller_from
from vault.api.errors import bad_fields


class ExportView(APIView):
    """Take rows away in a file."""

    permissions = {"GET": PERMISSION}
    content_negotiation_class = files.AnyFile

    @extend_schema(
        operation_id="export",
        summary="Everything that matches, as a CSV or JSON file",
        description=examples.EXPORT,
        parameters=[*files.parameters(COLUMNS), *examples.FILTERS],
        responses=files.ANSWERS,
    )
    def get(self, request: Request) -> StreamingHttpResponse:
        """Newest first, streamed."""
        query, caller = request.query_params, caller_from(request)
        selection, wrong = read_selection(query, beside=files.BESIDE)
        if wrong:
            raise bad_fields(wrong)
        try:
            return files.streamed(query, selection=selection, caller=caller, of=PAYOUTS)
        except BadSelection as error:
            raise bad_selection(error) from None
