"""GET /api/disburse/bulk-runs, /{id}, and POST /{id}/stop."""

from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core import clock
from core.callers import Caller
from core.refusals import Refused
from disbursements.api import pages
from disbursements.api import retry_examples as examples
from disbursements.api.answers import ErrorAnswer
from disbursements.api.bulk_answers import (
    BulkRunAnswer,
    BulkRunDetailSerializer,
    BulkRunsAnswer,
    BulkRunSerializer,
)
from disbursements.api.retry_body import EXAMPLES, ReasonSerializer
from disbursements.api.retry_query import read_paging
from disbursements.api.verbs import refused
from disbursements.api.views import REFUSALS, context_of
from disbursements.models import BulkRun
from disbursements.operations import bulk
from vault.api.authentication import caller_from
from vault.api.bodies import read_body

VIEW_RUNS = "disbursements.view_bulkrun"
ID = OpenApiParameter("run_id", UUID, OpenApiParameter.PATH)
MOMENT = "started_at"


class BulkRunsView(APIView):
    """What was asked to be done to many payouts."""

    permissions = {"GET": VIEW_RUNS}

    @extend_schema(
        operation_id="list_bulk_runs",
        summary="List bulk runs, newest first",
        parameters=examples.PAGING,
        responses={200: BulkRunsAnswer, 400: ErrorAnswer, **REFUSALS},
    )
    def get(self, request: Request) -> Response:
        """One page; only runs that touch no partner but the caller's."""
        limit, after = read_paging(request.query_params)
        asked = pages.Page(limit=limit, after=after)
        shown, cursor = pages.page(_theirs(caller_from(request)), asked, moment=MOMENT)
        return Response(
            {
                "success": True,
                "bulkRuns": BulkRunSerializer(shown, many=True, context=context_of(request)).data,
                "nextCursor": cursor,
            }
        )


class BulkRunView(APIView):
    """One run and how far it has come."""

    permissions = {"GET": VIEW_RUNS}

    @extend_schema(
        operation_id="get_bulk_run",
        summary="How far a bulk run has come, and what it skipped and why",
        parameters=[ID],
        responses={200: BulkRunAnswer, 404: ErrorAnswer, **REFUSALS},
    )
    def get(self, request: Request, run_id: str) -> Response:
        """404 for what is not the caller's, and for what is no id."""
        return _told(request, pages.one(_theirs(caller_from(request)), run_id))


class StopBulkRunView(APIView):
    """Stop a run."""

    permissions = {"POST": VIEW_RUNS}

    @extend_schema(
        operation_id="stop_bulk_run",
        summary="Stop a bulk run between two batches",
        description="What it has not reached stays as it was. Stopping again changes nothing.",
        parameters=[ID],
        request=ReasonSerializer,
        responses={
            200: BulkRunAnswer, **dict.fromkeys((400, 404, 409), ErrorAnswer), **REFUSALS
        },
        examples=[OpenApiExample("Why", value=examples.REASON, request_only=True)],
    )  # fmt: skip
    def post(self, request: Request, run_id: str) -> Response:
        """The run as it stands then."""
        run, caller = pages.one(_theirs(caller_from(request)), run_id), caller_from(request)
        values = read_body(ReasonSerializer, request.data, examples=EXAMPLES)
        try:
            run = bulk.stop(
                run_id=run.pk, reason=values["reason"], caller=caller, at=clock.database_now()
            )
        except Refused as error:
            raise refused(error) from None
        return _told(request, run)


def _theirs(caller: Caller) -> QuerySet[BulkRun]:
    """Runs within the caller's partners; those over all partners are not."""
    rows = BulkRun.objects.all()
    if caller.partners is None:
        return rows
    return rows.filter(partners__contained_by=sorted(caller.partners))


def _told(request: Request, run: BulkRun) -> Response:
    context = {**context_of(request), "skips": bulk.skips(run)}
    return Response(
        {"success": True, "bulkRun": BulkRunDetailSerializer(run, context=context).data}
    )
