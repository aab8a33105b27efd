"""GET …/stats, …/active and …/history: how many checks, how long they took, what waits."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core import clock
from core.refusals import Refused
from disbursements.api.answers import ErrorAnswer
from disbursements.api.views import REFUSALS
from reconciliation.api import examples, query, reads
from reconciliation.api.answers import (
    RESULTS,
    CheckActiveAnswer,
    CheckHistoryAnswer,
    CheckStatsAnswer,
)
from reconciliation.queries import history, queue, statistics
from reconciliation.queries.history import Trend
from reconciliation.rules.moments import told
from vault.api.authentication import caller_from
from vault.api.errors import bad_fields

VIEW = "reconciliation.view_reconciliationrun"
ALL = "all"
# What the operation calls the ends of the span, and the query string.
OF_SPAN = {"since": "from", "by": "by"}


class StatsView(APIView):
    """Figures since the beginning."""

    permissions = {"GET": VIEW}

    @extend_schema(
        operation_id="reconciliation_stats",
        summary="How many checks were made, what they came to, and how long they took",
        description=examples.STATS,
        parameters=query.parameters(["partner"]),
        responses={200: CheckStatsAnswer, 400: ErrorAnswer, **REFUSALS},
        examples=[OpenApiExample("Stats", value=examples.STATS_ANSWER, response_only=True,
                                 status_codes=["200"])],
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """Of the caller's partners, or of the one that is named."""
        partners = query.read_partners(request.query_params, caller_from(request))
        found = statistics.stats(partners=partners, at=clock.database_now())
        return Response({"success": True, "stats": statistics.as_told(found)})


class ActiveView(APIView):
    """What is in work, and what waits."""

    permissions = {"GET": VIEW}

    @extend_schema(
        operation_id="active_reconciliations",
        summary="Checks that are being made or wait in the queue",
        parameters=query.parameters(["partner"]),
        responses={200: CheckActiveAnswer, 400: ErrorAnswer, **REFUSALS},
        examples=[OpenApiExample("Active", value=examples.ACTIVE, response_only=True,
                                 status_codes=["200"])],
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """Counts of all, and the first of them."""
        partners = query.read_partners(request.query_params, caller_from(request))
        at = clock.database_now()
        depth = queue.depth(partners=partners, at=at)
        return Response(
            {
                "success": True,
                "activeReconciliations": depth.active,
                "queueLength": depth.waiting,
                "connectedClients": statistics.clients(at=at),
                "notDueYet": depth.later,
                "retrying": depth.failed,
                "oldestDueAt": told(depth.oldest_at) if depth.oldest_at else None,
                "active": reads.in_work(partners, at=at),
                "waiting": reads.waiting(partners),
            }
        )


class HistoryView(APIView):
    """Hours and days."""

    permissions = {"GET": VIEW}

    @extend_schema(
        operation_id="reconciliation_history",
        summary="Checks by the hour or by the day, and how the span compares with the one before",
        description=examples.HISTORY,
        parameters=query.parameters(["by", "from", "to", "partner"]),
        responses={200: CheckHistoryAnswer, 400: ErrorAnswer, **REFUSALS},
        examples=[OpenApiExample("One hour", value=examples.HISTORY_ANSWER, response_only=True,
                                 status_codes=["200"])],
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """Oldest first."""
        span, partners = query.read_span(
            request.query_params, caller_from(request), at=clock.database_now()
        )
        asked: dict[str, Any] = {"partners": partners, "since": span.since, "until": span.until}
        try:
            moments = history.history(by=span.by, **asked)
        except Refused as error:
            name = OF_SPAN.get(error.field, error.field)
            raise bad_fields({name: [f"{error.message}."]}) from None
        return Response(
            {
                "success": True,
                "by": span.by,
                "history": [moment.as_told() for moment in moments],
                "trend": _trend(history.trend(**asked)),
            }
        )


def _trend(found: Trend) -> list[dict[str, Any]]:
    return [
        {
            "result": name,
            "now": found.now.total if name == ALL else found.now.counts.get(name, 0),
            "before": found.before.total if name == ALL else found.before.counts.get(name, 0),
            "changePercent": found.change_percent("" if name == ALL else name),
        }
        for name in (ALL, *RESULTS)
    ]
