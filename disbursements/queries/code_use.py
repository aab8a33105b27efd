"""Where result codes were met: in attempts, in payouts, and those that no row names."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from core.models import Alert
from disbursements.models import DisbursementRequest, ResultCodeRule
from disbursements.queries import statistics
from disbursements.queries.result_codes import GATEWAY, PAYOUT_RESULTS, CodeTable
from disbursements.rules.classify import ANY_API
from disbursements.states import DisbursementStatus

COUNTED_MAX = 10_000
UNCLASSIFIED_MAX = 100
PAID_CODE = "0"
HTTP_STATUS_DIGITS = 3


@dataclass(frozen=True, kw_only=True)
class Met:
    """How often attempts met a code, and when last."""

    count: int
    last_at: datetime


@dataclass(frozen=True, kw_only=True)
class Unclassified:
    """A code that no row names; `text` is the provider's, where an alert kept it."""

    api: str
    code: str
    text: str
    count: int
    last_at: datetime


def payouts_with(*, code: str, partners: Collection[UUID] | None) -> QuerySet[DisbursementRequest]:
    """The payouts that stand with this code, newest first."""
    rows = DisbursementRequest.objects.filter(failure_code=code).order_by("-created_at", "-id")
    return rows if partners is None else rows.filter(partner_id__in=partners)


def count_up_to(rows: QuerySet[Any], *, limit: int = COUNTED_MAX) -> int:
    """How many rows, or `limit` + 1 for more than that: a count that never takes long."""
    return rows.order_by()[: limit + 1].count()


def count_standing(*, code: str, partners: Collection[UUID] | None) -> int:
    """How many payouts are failed or parked with this code, as `count_up_to` counts."""
    rows = payouts_with(code=code, partners=partners)
    return count_up_to(
        rows.filter(status__in=[DisbursementStatus.FAILED, DisbursementStatus.PARKED])
    )


def met_by_rule() -> dict[int, Met]:
    """For each row of the table, by its id, how often its code was met, whatever the text."""
    met = _met()
    rows = ResultCodeRule.objects.exclude(code="").values_list("pk", "api", "code")
    apis: dict[str, set[str]] = {}
    for _, api, code in rows:
        apis.setdefault(code, set()).add(api)
    return {pk: met[code] for pk, api, code in rows if code in met and api == _decides(apis[code])}


def unclassified(*, alert_kind: str) -> list[Unclassified]:
    """Codes of open alerts and of attempts that no row names, the latest first."""
    alerts = Alert.objects.filter(kind=alert_kind, closed_at=None).order_by("-last_at")
    found = {}
    for alert in alerts[:UNCLASSIFIED_MAX]:
        about: Mapping[str, Any] = alert.details
        code = str(about.get("code", ""))
        found[code] = Unclassified(
            api=str(about.get("api", PAYOUT_RESULTS)), code=code,
            text=str(about.get("text", "")), count=alert.count, last_at=alert.last_at,
        )  # fmt: skip
    table = CodeTable.read()
    for code, met in _met().items():
        if _is_http_status(code):
            continue
        if code not in found and not table.in_words(code=code).named:
            found[code] = Unclassified(
                api=PAYOUT_RESULTS, code=code, text="", count=met.count, last_at=met.last_at
            )
    return sorted(found.values(), key=lambda line: line.last_at, reverse=True)[:UNCLASSIFIED_MAX]


def _is_http_status(code: str) -> bool:
    """What a gateway error without a code of its own is noted under: no result to classify."""
    return len(code) == HTTP_STATUS_DIGITS and code.isdigit() and "1" <= code[0] <= "5"


def _decides(apis: Collection[str]) -> str:
    """Whose row an attempt's code belongs to: the most specific one, payout results first."""
    return next((api for api in (PAYOUT_RESULTS, ANY_API, GATEWAY) if api in apis), "")


def _met() -> dict[str, Met]:
    return {
        line.code: Met(count=line.count, last_at=line.last_at)
        for line in statistics.code_sightings()
        if line.code not in ("", PAID_CODE)
    }
