"""GET and POST /api/disburse/retry: what failed and why, and trying it again."""

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core import clock
from disbursements.api import reads
from disbursements.api import retry_examples as examples
from disbursements.api.answers import ErrorAnswer
from disbursements.api.bulk_answers import DoneAnswer
from disbursements.api.retry_answers import RetryListAnswer, RetrySerializer, summed_up
from disbursements.api.retry_body import RetryAskedSerializer, read_retry
from disbursements.api.retry_query import Asked, partners_in, read_query, rows_of
from disbursements.api.verbs import act
from disbursements.api.views import REFUSALS, VIEW, context_of
from disbursements.models import BulkVerb
from disbursements.operations import bulk
from disbursements.queries import summary
from disbursements.queries.result_codes import CodeTable
from vault.api.authentication import caller_from

RETRY = bulk.VERB_PERMISSIONS[BulkVerb.RETRY]
FORCE = bulk.VERB_PERMISSIONS[BulkVerb.FORCE]


class RetryView(APIView):
    """What failed, why, and trying it again."""

    permissions = {"GET": VIEW, "POST": (RETRY, FORCE)}

    @extend_schema(
        operation_id="list_retries",
        summary="List payouts with their retries, newest first, and what they amount to",
        description=examples.LIST,
        parameters=examples.PARAMETERS,
        responses={200: RetryListAnswer, 400: ErrorAnswer, **REFUSALS},
        examples=[
            OpenApiExample("One that waits for its retry", value=examples.LISTED,
                           response_only=True, status_codes=["200"]),
        ],
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """One page; the summary is of all that matches."""
        asked = read_query(request.query_params)
        rows, cursor = reads.page(
            rows_of(asked.selection, caller_from(request)), limit=asked.limit, after=asked.after
        )
        at = clock.now()
        context = {
            **context_of(request),
            "logs": reads.logs_of(rows),
            "why_not": bulk.why_not_many(rows, verb=BulkVerb.RETRY, at=at),
            "table": CodeTable.read(),
        }
        return Response(
            {
                "success": True,
                "summary": self._summary(request, asked),
                "disbursements": RetrySerializer(rows, many=True, context=context).data,
                "nextCursor": cursor,
            }
        )

    @extend_schema(
        operation_id="retry",
        summary="Retry one payout, or all that match",
        description=examples.RETRY,
        request=RetryAskedSerializer,
        responses={
            200: DoneAnswer, 202: DoneAnswer,
            **dict.fromkeys((400, 404, 409), ErrorAnswer), **REFUSALS,
        },
        examples=[
            OpenApiExample("One", value=examples.RETRY_ONE, request_only=True),
            OpenApiExample("All of a code", value=examples.RETRY_ALL, request_only=True),
            OpenApiExample("Done", value=examples.RETRIED, response_only=True,
                           status_codes=["200"]),
            OpenApiExample("In the background", value=examples.IN_THE_BACKGROUND,
                           response_only=True, status_codes=["202"]),
        ],
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """What was queued and what was skipped, and why."""
        asked = read_retry(request.data)
        if asked.disbursement_id is not None:
            reads.one(caller=caller_from(request), disbursement_id=str(asked.disbursement_id))
        return act(
            request, verb=asked.verb, reason=asked.reason, chosen=asked.chosen,
            dry_run=asked.dry_run,
        )  # fmt: skip

    def _summary(self, request: Request, asked: Asked) -> dict[str, object] | None:
        """Of everything by the tallies; of a filter by its rows."""
        if asked.after is not None:
            return None
        at, caller = clock.now(), caller_from(request)
        if set(asked.selection) <= {"partner"}:
            seen = summary.of_everything(partners=partners_in(asked.selection, caller))
        else:
            midnight = at.astimezone(clock.NAIROBI).replace(
                hour=0, minute=0, second=0, microsecond=0
            )
            seen = summary.of_rows(rows_of(asked.selection, caller), midnight=midnight)
        return summed_up(seen, at=at)
