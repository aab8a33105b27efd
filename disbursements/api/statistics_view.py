"""GET /api/disburse/retry/statistics: how payouts ended per day, and for which codes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core import clock
from disbursements.api.amounts import UnitsAnswered
from disbursements.api.answers import ErrorAnswer
from disbursements.api.bulk_answers import whole
from disbursements.api.fields import ID_EXAMPLE
from disbursements.api.retry_query import partners_in
from disbursements.api.views import REFUSALS, VIEW
from disbursements.queries import statistics
from disbursements.queries.result_codes import CodeTable
from vault.api.authentication import caller_from
from vault.api.bodies import shown_name
from vault.api.errors import bad_fields

DAYS_DEFAULT = 14
DAYS_MAX = 366
NAMES = ("from", "to", "partner")
YEARS = (1970, 9000)


class DaySerializer(serializers.Serializer):
    """What was instructed on one day, and what became of it by now."""

    day = serializers.DateField()
    instructed = serializers.IntegerField()
    finished = serializers.IntegerField()
    paidFirstTry = serializers.IntegerField(source="paid_first_try")  # noqa: N815
    paidAfterRetry = serializers.IntegerField(source="paid_after_retry")  # noqa: N815
    failed = serializers.IntegerField()
    firstTryBps = serializers.IntegerField(  # noqa: N815
        source="first_try_bps", allow_null=True,
        help_text="Success without retry, in basis points (9250 is 92.5 %); null: none finished",
    )  # fmt: skip
    inTheEndBps = serializers.IntegerField(  # noqa: N815
        source="in_the_end_bps", allow_null=True, help_text="Success with retry, likewise"
    )


class CodeSerializer(serializers.Serializer):
    """The payouts that stand with one result code."""

    code = serializers.CharField()
    whatHappened = serializers.SerializerMethodField()  # noqa: N815
    whoseSide = serializers.SerializerMethodField()  # noqa: N815
    count = serializers.IntegerField()
    failed = serializers.IntegerField()
    totals = serializers.SerializerMethodField()
    lastAt = serializers.DateTimeField(source="last_at", allow_null=True)  # noqa: N815

    def get_whatHappened(self, line: statistics.Code) -> str:  # noqa: N802
        """The code in words."""
        return self.context["table"].in_words(code=line.code).happened

    def get_whoseSide(self, line: statistics.Code) -> str:  # noqa: N802
        """Whose side it is on."""
        return self.context["table"].in_words(code=line.code).side

    @extend_schema_field(serializers.DictField(child=UnitsAnswered()))
    def get_totals(self, line: statistics.Code) -> dict[str, int | float]:
        """Units of each currency."""
        return whole(line.totals)


class StatisticsAnswer(serializers.Serializer):
    """Answer of GET /api/disburse/retry/statistics."""

    success = serializers.BooleanField()
    at = serializers.DateTimeField(help_text="The moment that the figures are of")
    perDay = DaySerializer(many=True)  # noqa: N815
    perCode = CodeSerializer(many=True)  # noqa: N815


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Days of the instruction, both included, and the partner if one was named."""

    first_day: date
    last_day: date
    selection: dict[str, str]


class StatisticsView(APIView):
    """How payouts ended."""

    permissions = {"GET": VIEW}

    @extend_schema(
        operation_id="retry_statistics",
        summary="How payouts ended, per day of the instruction and per code",
        parameters=[
            OpenApiParameter("from", date, description=f"A day in Nairobi; {DAYS_DEFAULT} days "
                             "that end with `to`, when left out"),
            OpenApiParameter("to", date, description="A day, included; today, when left out"),
            OpenApiParameter("partner", UUID, description="Only this partner's"),
        ],
        responses={200: StatisticsAnswer, 400: ErrorAnswer, **REFUSALS},
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """Exact figures of this moment, of the caller's partners."""
        at = clock.now()
        asked = read_query(request.query_params, today=at.astimezone(clock.NAIROBI).date())
        scope: dict[str, Any] = {
            "partners": partners_in(asked.selection, caller_from(request)),
            "first_day": asked.first_day, "last_day": asked.last_day,
        }  # fmt: skip
        context = {"table": CodeTable.read()}
        codes = CodeSerializer(statistics.per_code(**scope), many=True, context=context)
        return Response(
            {
                "success": True,
                "at": at.astimezone(clock.NAIROBI).isoformat(),
                "perDay": DaySerializer(statistics.per_day(**scope), many=True).data,
                "perCode": codes.data,
            }
        )


def read_query(query: Mapping[str, str], *, today: date) -> Asked:
    """The query string. Raises ApiError (400) naming each parameter that is wrong."""
    known = f"is not a parameter. Parameters are: {', '.join(NAMES)}."
    wrong = {shown_name(name): [known] for name in query if name not in NAMES}
    last_day = _day(query, "to", wrong) or today
    first_day = _day(query, "from", wrong) or last_day - timedelta(days=DAYS_DEFAULT - 1)
    if not wrong and not 0 <= (last_day - first_day).days < DAYS_MAX:
        wrong["from"] = [f"write a day up to {DAYS_MAX - 1} days before `to` ({last_day})."]
    selection = {"partner": query["partner"]} if "partner" in query else {}
    try:
        UUID(selection.get("partner", ID_EXAMPLE).strip())
    except ValueError:
        wrong["partner"] = [f"is not an id, such as {ID_EXAMPLE}."]
    if wrong:
        raise bad_fields(wrong)
    return Asked(first_day=first_day, last_day=last_day, selection=selection)


def _day(query: Mapping[str, str], name: str, wrong: dict[str, list[str]]) -> date | None:
    text = query.get(name)
    if text is None:
        return None
    try:
        day = date.fromisoformat(text) if len(text) == len("2026-11-21") else None
    except ValueError:
        day = None
    if day is None or not YEARS[0] <= day.year < YEARS[1]:
        wrong[name] = ["write a day such as 2026-11-21."]
    return day
