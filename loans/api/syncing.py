"""Fetch approved loans, pay pending ones, or both and book: the three calls of a scheduler."""

from collections.abc import Sequence
from typing import Any, ClassVar

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core import clock
from core.callers import Caller
from core.refusals import Refused
from disbursements.api.answers import ErrorAnswer
from disbursements.api.views import REFUSALS
from loans.api import examples, runs_said
from loans.api.answers import SyncedAnswer
from loans.api.bodies import EXAMPLES, SyncAskedSerializer
from loans.api.refusals import code_of, refused
from loans.operations.sync_asked import sync_asked
from loans.operations.sync_now import PERMISSION
from loans.operations.sync_partners import Answered
from loans.rules.run_words import STEPS
from vault.api.authentication import caller_from
from vault.api.bodies import read_body
from vault.models import Partner

CANNOT = "cannot_sync"
OUTCOMES = ("already_running", "left_alone")


def _schema(name: str, summary: str, description: str) -> Any:
    return extend_schema(
        operation_id=name,
        summary=summary,
        description=f"{description} {examples.SYNC}",
        request=SyncAskedSerializer,
        responses={200: SyncedAnswer, **dict.fromkeys((400, 409), ErrorAnswer), **REFUSALS},
        examples=[
            OpenApiExample("One partner", value=examples.SYNC_BODY, request_only=True),
            OpenApiExample(
                "Synced", value=examples.SYNCED, response_only=True, status_codes=["200"]
            ),
            OpenApiExample(
                "It runs", value=examples.RUNNING, response_only=True, status_codes=["409"]
            ),
        ],
    )


class _SyncView(APIView):
    permissions = {"POST": PERMISSION}
    steps: ClassVar[Sequence[str]] = ()

    def run(self, request: Request) -> Response:
        """What became of each partner; of a single one that was not synced, 409 and why."""
        values = read_body(SyncAskedSerializer, request.data, examples=EXAMPLES)
        caller = caller_from(request)
        named = values.get("partner")
        if named is None and caller.partners is not None and len(caller.partners) == 1:
            [named] = caller.partners
        try:
            answers = sync_asked(
                partner_id=named, steps=self.steps, reason=values["reason"], caller=caller,
                at=clock.database_now(),
            )  # fmt: skip
            if named is not None and answers[0].refused is not None:
                raise answers[0].refused
        except Refused as error:
            raise refused(error, code=CANNOT) from None
        return Response(_said(answers, caller))


class FetchView(_SyncView):
    """The first step."""

    steps = ("fetch",)

    @_schema("fetch_pending_loans", "Fetch approved loans that wait for disbursal", examples.FETCH)
    def post(self, request: Request) -> Response:
        """200 with the counts."""
        return self.run(request)


class ProcessView(_SyncView):
    """The second and the third step."""

    steps = ("process", "book")

    @_schema("process_pending_loans", "Pay pending loans and book paid ones", examples.PROCESS)
    def post(self, request: Request) -> Response:
        """200 with the counts."""
        return self.run(request)


class ScheduledSyncView(_SyncView):
    """All of it."""

    steps = tuple(STEPS)

    @_schema("scheduled_loan_sync", "Fetch, pay and book", examples.SCHEDULED)
    def post(self, request: Request) -> Response:
        """200 with the counts."""
        return self.run(request)


def _said(answers: Sequence[Answered], caller: Caller) -> dict[str, Any]:
    partners = Partner.objects.in_bulk([answer.partner_id for answer in answers])
    results = [_result(answer, partners[answer.partner_id], caller) for answer in answers]
    done = sum(answer.run is not None for answer in answers)
    return {
        "success": True,
        "message": f"Synced {done} of {len(results)} partners"
        if results
        else "No partner has a Mifos X connection",
        "results": results,
    }


def _result(answer: Answered, partner: Partner, caller: Caller) -> dict[str, Any]:
    about = {"id": str(partner.pk), "name": partner.name}
    if answer.run is None:
        error = answer.refused or Refused("it was not synced")
        code = code_of(error, "refused")
        outcome = code if code in OUTCOMES else "refused"
        return {"partner": about, "outcome": outcome, "message": f"{error}.", "run": None}
    answer.run.partner = partner
    [run] = runs_said.described([answer.run], caller=caller)
    return {"partner": about, "outcome": "done", "message": run["summary"], "run": run}
