"""POST …/session/{id}, …/queue/{id} and …/bulk: have payments checked. GET …/runs, …/bulk/{id}."""

from collections import Counter
from http import HTTPStatus
from typing import Any

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core import clock
from core.callers import Caller
from core.refusals import Refused
from disbursements.api import pages
from disbursements.api.answers import ErrorAnswer
from disbursements.api.views import REFUSALS
from disbursements.queries.filter_table import BadSelection
from reconciliation.api import examples, query, reads
from reconciliation.api.answers import (
    CheckBulkAnswer,
    CheckQueuedAnswer,
    CheckResultAnswer,
    CheckRunsAnswer,
)
from reconciliation.api.bodies import EXAMPLES, BulkAskedSerializer, CheckAskedSerializer
from reconciliation.api.limits import ChecksAllowance
from reconciliation.api.refusals import refused
from reconciliation.api.statistics import VIEW
from reconciliation.models import BulkCheck, ReconciliationRun
from reconciliation.operations import bulk
from reconciliation.operations.check_now import PERMISSION, SHOWN_MAX, check_now
from reconciliation.operations.queue_check import queue_check
from reconciliation.operations.select_rows import ID, ids_of
from reconciliation.queries import queue, runs
from reconciliation.rules.moments import told
from vault.api.authentication import caller_from
from vault.api.bodies import read_body
from vault.api.errors import ApiError, bad_fields

SESSION_ID = OpenApiParameter(
    "session_id", str, OpenApiParameter.PATH, description="Our id, a reference or a receipt"
)
BULK_ID = OpenApiParameter("bulk_id", str, OpenApiParameter.PATH)
FINDINGS = "findings"
NAMES = {FINDINGS: query.OF_FINDINGS, "runs": query.OF_RUNS}


def _of_one(
    name: str, summary: str, description: str, answers: dict[int, Any], *, trigger: Any,
    answer: Any,
) -> Any:  # fmt: skip
    """What the OpenAPI document says of a call about one; `answers` by status."""
    refusals = dict.fromkeys((400, 404, 409, 413, 429), ErrorAnswer) | REFUSALS
    return extend_schema(
        operation_id=name,
        summary=summary,
        description=description,
        parameters=[SESSION_ID],
        request=CheckAskedSerializer,
        responses={**answers, **refusals},
        examples=[
            OpenApiExample("Trigger", value=trigger, request_only=True),
            OpenApiExample("Done", value=answer, response_only=True,
                           status_codes=[str(status) for status in answers]),
            OpenApiExample("Not found", value=examples.NOT_FOUND, response_only=True,
                           status_codes=["404"]),
        ],
    )  # fmt: skip


class SessionView(APIView):
    """Now."""

    permissions = {"POST": PERMISSION}
    throttle_classes = (ChecksAllowance,)

    @_of_one(
        "reconcile_session", "Check one now", examples.SESSION, {200: CheckResultAnswer},
        trigger=examples.TRIGGER, answer=examples.ONE,
    )  # fmt: skip
    def post(self, request: Request, session_id: str) -> Response:
        """200 with what it came to, `error` too; 404 for what is not the caller's."""
        asked = _asked(request, session_id, trigger="manual_api")
        try:
            run = check_now(**asked)
        except Refused as error:
            raise refused(error) from None
        return Response({"success": True, "result": runs.as_result(run)})


class QueueView(APIView):
    """Soon."""

    permissions = {"POST": PERMISSION}
    throttle_classes = (ChecksAllowance,)

    @_of_one(
        "queue_reconciliation", "Queue one to be checked", examples.QUEUE,
        {202: CheckQueuedAnswer}, trigger=examples.QUEUE_TRIGGER, answer=examples.QUEUED,
    )  # fmt: skip
    def post(self, request: Request, session_id: str) -> Response:
        """202; 404 for what is not the caller's."""
        asked = _asked(request, session_id, trigger="manual_queue")
        caller, at = asked["caller"], asked["at"]
        try:
            found = queue_check(**asked)
        except Refused as error:
            raise refused(error) from None
        said = {
            "success": True,
            "message": "Queued to be checked",
            "sessionId": found.subject_id,
            "kind": found.kind,
            "queueLength": queue.depth(partners=caller.partners, at=at).waiting,
        }
        return Response(said, status=HTTPStatus.ACCEPTED)


class BulkView(APIView):
    """Many."""

    permissions = {"POST": PERMISSION}
    throttle_classes = (ChecksAllowance,)

    @extend_schema(
        operation_id="bulk_reconciliation",
        summary="Have many checked",
        description=examples.BULK,
        request=BulkAskedSerializer,
        responses={200: CheckBulkAnswer, 202: CheckBulkAnswer,
                   **dict.fromkeys((400, 413, 429), ErrorAnswer), **REFUSALS},
        examples=[
            OpenApiExample("Ids", value=examples.BULK_BODY, request_only=True),
            OpenApiExample("Selection", value=examples.SELECTION_BODY, request_only=True),
            OpenApiExample("Queued", value=examples.BULK_ANSWER, response_only=True,
                           status_codes=["202"]),
        ],
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """202; 200 where nothing is left to do."""
        caller = caller_from(request)
        values = read_body(BulkAskedSerializer, request.data, examples=EXAMPLES)
        selection = values.get("selection")
        try:
            row = bulk.start(
                ids=values.get("sessionIds"),
                selection=None if selection is None else _ours(selection, caller),
                trigger=values.get("trigger", "bulk_manual"),
                caller=caller,
                at=clock.database_now(),
            )
        except BadSelection as error:
            raise _bad_selection(error, selection or {}) from None
        except Refused as error:
            raise refused(error) from None
        return _bulk(row, HTTPStatus.OK if row.ended_at else HTTPStatus.ACCEPTED)


class BulkCheckView(APIView):
    """How far many are."""

    permissions = {"GET": VIEW}

    @extend_schema(
        operation_id="get_bulk_reconciliation",
        summary="How far a bulk is, and what its checks came to",
        parameters=[BULK_ID],
        responses={200: CheckBulkAnswer, 404: ErrorAnswer, **REFUSALS},
        examples=[OpenApiExample("Goes on", value=examples.BULK_ANSWER, response_only=True,
                                 status_codes=["200"])],
    )  # fmt: skip
    def get(self, request: Request, bulk_id: str) -> Response:
        """404 for another partner's."""
        return _bulk(reads.bulk(caller_from(request), bulk_id), HTTPStatus.OK)


class RunsView(APIView):
    """Checks that were made."""

    permissions = {"GET": VIEW}

    @extend_schema(
        operation_id="list_reconciliations",
        summary="List checks, newest first",
        parameters=query.listing(query.OF_RUNS),
        responses={200: CheckRunsAnswer, 400: ErrorAnswer, **REFUSALS},
        examples=[OpenApiExample("One check", value=examples.RUNS, response_only=True,
                                 status_codes=["200"])],
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """One page; `nextCursor` is null on the last."""
        caller, page = caller_from(request), query.read_page(request.query_params, of=runs.TABLE)
        rows = reads.selected_runs(caller, page.selection)
        shown, cursor = pages.page(rows, page, moment="started_at", beside=("partner",))
        return Response({"success": True, "runs": runs.as_results(shown), "nextCursor": cursor})


def _asked(request: Request, session_id: str, *, trigger: str) -> dict[str, Any]:
    values = read_body(CheckAskedSerializer, request.data, examples=EXAMPLES)
    kind = values.get("kind", "")
    return {
        "text": session_id,
        "subject": (kind, session_id.strip()) if kind else None,
        "trigger": values.get("trigger", trigger),
        "caller": caller_from(request),
        "at": clock.database_now(),
    }


def _ours(selection: dict[str, str], caller: Caller) -> dict[str, str]:
    """The filters under the names of the table. Raises ApiError (400) for one that is none, and
    for a sessionId that several have."""
    of = selection.get(bulk.OF, FINDINGS)
    names = NAMES.get(of, {}) | {bulk.OF: bulk.OF, "search": "search"}
    unknown = [name for name in selection if name not in names and of in NAMES]
    if unknown:
        known = ", ".join(names)
        raise bad_fields(
            {f"selection.{unknown[0][:60]}": [f"is not a filter. Filters are: {known}."]}
        )
    found = {names.get(name, name): text for name, text in selection.items()}
    return found | {ID: _only_id(found[ID], caller)} if ID in found else found


def _only_id(text: str, caller: Caller) -> str:
    """Our id of what it names; what names nothing selects nothing."""
    said = text.strip()
    ids = ids_of(said, caller=caller) or [said]
    if len(ids) > 1:
        which = ", ".join(ids[:SHOWN_MAX])
        raise bad_fields(
            {"selection.sessionId": [f"{len(ids)} have {said!r}; say which: {which}."]}
        )
    return ids[0]


def _bad_selection(error: BadSelection, selection: dict[str, str]) -> ApiError:
    names = NAMES[selection.get(bulk.OF, FINDINGS)]
    theirs = next((name for name, ours in names.items() if ours == error.field), error.field)
    return bad_fields({f"selection.{theirs}": [f"{error.message}."]})


def _bulk(row: BulkCheck, status: HTTPStatus) -> Response:
    made = ReconciliationRun.objects.filter(bulk=row).order_by().values_list("result", flat=True)
    results = Counter(made)
    left_out = sum(row.left_out.values())
    said = {
        "id": str(row.pk),
        "trigger": row.trigger,
        "actor": row.actor,
        "total": row.total,
        "processed": sum(results.values()),
        "results": dict(results),
        "leftOut": [{"reason": why, "count": count} for why, count in row.left_out.items()],
        "requestedAt": told(row.requested_at),
        "endedAt": told(row.ended_at) if row.ended_at else None,
    }
    also = f"; {left_out:,} left out" if left_out else ""
    message = f"{row.total:,} {'checked' if row.ended_at else 'queued to be checked'}{also}"
    return Response({"success": True, "message": message, "bulk": said}, status=status)
