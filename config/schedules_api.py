"""GET /api/schedules and POST /api/schedules/{name}/run: for members of staff of all partners."""

from collections.abc import Callable
from http import HTTPStatus
from typing import TypeVar

from django.urls import path
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from config import run_now
from config.schedule_rows import State, every_row
from config.schedule_words import as_values
from core import clock
from core.callers import NotAllowed
from core.refusals import Refused
from disbursements.api.answers import ErrorAnswer
from disbursements.api.retry_body import ReasonSerializer
from disbursements.api.views import REFUSALS
from vault.api.authentication import caller_from
from vault.api.bodies import read_body
from vault.api.errors import ApiError, bad_fields, not_allowed

Answered = TypeVar("Answered")
REASON = {"reason": run_now.REASON_EXAMPLE}
SCHEDULE = {
    "name": "send", "says": "Sends the payouts that are queued and due.", "everyMinutes": 1,
    "state": "on_time", "stateMeaning": "Its last run went well, and the next one is not overdue.",
    "isOverdue": False, "startedAt": "2026-11-21T14:30:00+03:00",
    "endedAt": "2026-11-21T14:30:01+03:00", "tookMs": 840, "did": 12, "error": "",
    "succeededAt": "2026-11-21T14:30:01+03:00", "nextRunAt": "2026-11-21T14:31:00+03:00",
    "askedBy": None, "askedAt": None,
}  # fmt: skip
ASKED = {**SCHEDULE, "askedBy": "amina.example", "askedAt": "2026-11-21T14:30:20+03:00"}


class ScheduleSerializer(serializers.Serializer):
    """One schedule as it stands now."""

    name = serializers.CharField()
    says = serializers.CharField(help_text="What it does")
    everyMinutes = serializers.IntegerField()  # noqa: N815
    state = serializers.ChoiceField(choices=[state.value for state in State])
    stateMeaning = serializers.CharField()  # noqa: N815
    isOverdue = serializers.BooleanField(help_text="An alert is open or about to be")  # noqa: N815
    startedAt = serializers.DateTimeField(allow_null=True, help_text="Latest run")  # noqa: N815
    endedAt = serializers.DateTimeField(  # noqa: N815
        allow_null=True, help_text="End of the latest run that has ended"
    )
    tookMs = serializers.IntegerField(  # noqa: N815
        allow_null=True, help_text="Null: it never ran, or runs now"
    )
    did = serializers.IntegerField(
        allow_null=True, help_text="How much the latest good run did; null: none yet"
    )
    error = serializers.CharField(
        allow_blank=True, help_text="Why the latest run failed; empty: it did not"
    )
    succeededAt = serializers.DateTimeField(allow_null=True)  # noqa: N815
    nextRunAt = serializers.DateTimeField(  # noqa: N815
        allow_null=True, help_text="Null: no worker has it on its list"
    )
    askedBy = serializers.CharField(  # noqa: N815
        allow_null=True, help_text="Who has asked for a run that has not begun"
    )
    askedAt = serializers.DateTimeField(allow_null=True)  # noqa: N815


class SchedulesAnswer(serializers.Serializer):
    """Answer of GET /api/schedules."""

    success = serializers.BooleanField()
    schedules = ScheduleSerializer(many=True)


class RunAnswer(serializers.Serializer):
    """Answer of POST /api/schedules/{name}/run."""

    success = serializers.BooleanField()
    isNew = serializers.BooleanField(  # noqa: N815
        help_text="False: the same was asked for within a minute, and has not begun yet"
    )
    schedule = ScheduleSerializer()


class SchedulesView(APIView):
    """Look."""

    permissions = {"GET": run_now.VIEW}

    @extend_schema(
        operation_id="list_schedules",
        summary="Every schedule of the product, trouble first",
        description="Members of staff of all partners only.",
        responses={200: SchedulesAnswer, **REFUSALS},
        examples=[
            OpenApiExample("On time", value={"success": True, "schedules": [SCHEDULE]},
                           response_only=True, status_codes=["200"])
        ],
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """All of them: there are few."""
        caller, at = caller_from(request), clock.now()
        _done(lambda: run_now.demand_all_partners(caller, permission=run_now.VIEW))
        rows = [as_values(row) for row in every_row(at=at)]
        return Response({"success": True, "schedules": rows})


class RunScheduleView(APIView):
    """Run one now."""

    permissions = {"POST": run_now.PERMISSION}

    @extend_schema(
        operation_id="run_schedule",
        summary="Run a schedule now",
        description="Queues one more run, which begins once a worker is free. Any number may run "
        "at once: each piece of work is taken only once. Members of staff of all partners only.",
        parameters=[OpenApiParameter("name", str, OpenApiParameter.PATH)],
        request=ReasonSerializer,
        responses={202: RunAnswer, 400: ErrorAnswer, 404: ErrorAnswer, **REFUSALS},
        examples=[
            OpenApiExample("Why", value=REASON, request_only=True),
            OpenApiExample("Queued", value={"success": True, "isNew": True, "schedule": ASKED},
                           response_only=True, status_codes=["202"]),
        ],
    )  # fmt: skip
    def post(self, request: Request, name: str) -> Response:
        """202: it is queued, not done."""
        caller, at = caller_from(request), clock.now()
        _done(lambda: run_now.demand_all_partners(caller, permission=run_now.PERMISSION))
        _done(lambda: run_now.found(name, at=at))
        examples = {"reason": f'"{run_now.REASON_EXAMPLE}"'}
        reason = read_body(ReasonSerializer, request.data, examples=examples)["reason"]
        queued = _done(lambda: run_now.run_now(name=name, reason=reason, caller=caller, at=at))
        row = as_values(run_now.found(name, at=at))
        return Response(
            {"success": True, "isNew": queued.is_new, "schedule": row}, status=HTTPStatus.ACCEPTED
        )


def _done(act: Callable[[], Answered]) -> Answered:
    """What the operation answers; its refusals in the API's words."""
    try:
        return act()
    except NotAllowed as error:
        raise not_allowed(error) from None
    except run_now.NoSuchSchedule as error:
        raise ApiError(
            status=HTTPStatus.NOT_FOUND, code="not_found", sentence=f"{error}."
        ) from None
    except Refused as error:
        raise bad_fields({error.field or "body": [f"{error.message}."]}) from None


urlpatterns = [
    path("schedules", SchedulesView.as_view(), name="schedules"),
    path("schedules/", SchedulesView.as_view(schema=None)),
    path("schedules/<str:name>/run", RunScheduleView.as_view(), name="run_schedule"),
    path("schedules/<str:name>/run/", RunScheduleView.as_view(schema=None)),
]
