"""What a selection of payouts amounts to: counts, money per status and currency, what is next."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Min, Q, QuerySet, Sum

from disbursements.models import DisbursementRequest
from disbursements.queries import statistics
from disbursements.states import DisbursementStatus

S = DisbursementStatus
FIRST_DAY, LAST_DAY = date(1970, 1, 1), date(9000, 12, 31)


@dataclass(frozen=True, kw_only=True)
class Summary:
    """Amounts are minor units by status and currency; moments are None where there is none.

    `with_retries` were sent more than once; `today` were instructed since midnight in Nairobi.
    """

    total: int
    successful: int
    failed: int
    with_retries: int
    today: int
    waiting: int
    waiting_next_at: datetime | None
    unknown: int
    unknown_oldest_at: datetime | None
    parked: dict[str, int] = field(default_factory=dict)
    money: list[tuple[str, str, int, int]] = field(default_factory=list)


def of_everything(*, partners: Collection[UUID] | None) -> Summary:
    """All payouts of these partners, from the tallies: as quick with a million of them."""
    seen = statistics.overview(partners=partners, first_day=FIRST_DAY, last_day=LAST_DAY)
    return Summary(
        total=seen.total, successful=seen.successful, failed=seen.failed,
        with_retries=seen.with_retries, today=seen.today, waiting=seen.waiting,
        waiting_next_at=seen.waiting_next_at, unknown=seen.unknown,
        unknown_oldest_at=seen.unknown_oldest_at,
        parked={cause.cause: cause.count for cause in seen.parked},
        money=[(each.status, each.currency, each.count, each.amount_minor)
               for each in seen.money],
    )  # fmt: skip


def of_rows(rows: QuerySet[DisbursementRequest], *, midnight: datetime) -> Summary:
    """Exactly these rows, by one query. `midnight`: when today began."""
    found = (
        rows.order_by()
        .values("status", "currency", "parked_cause")
        .annotate(
            count=Count("pk"),
            amount=Sum("amount_minor"),
            retried=Count("pk", filter=Q(attempts_made__gte=2)),
            since_midnight=Count("pk", filter=Q(created_at__gte=midnight)),
            oldest_at=Min("status_at"),
            retry_at=Min("next_retry_at"),
        )
        .order_by("status", "currency", "parked_cause")
    )
    lines: list[dict[str, Any]] = [dict(line) for line in found]
    by_status: dict[str, list[dict[str, Any]]] = {}
    for line in lines:
        by_status.setdefault(line["status"], []).append(line)
    return Summary(
        total=_count(lines), successful=_count(by_status.get(S.COMPLETED, [])),
        failed=_count(by_status.get(S.FAILED, [])),
        with_retries=sum(line["retried"] for line in lines),
        today=sum(line["since_midnight"] for line in lines),
        waiting=_count(by_status.get(S.RETRYING, [])),
        waiting_next_at=_first(by_status.get(S.RETRYING, []), "retry_at"),
        unknown=_count(by_status.get(S.UNKNOWN, [])),
        unknown_oldest_at=_first(by_status.get(S.UNKNOWN, []), "oldest_at"),
        parked=_causes(by_status.get(S.PARKED, [])),
        money=_money(lines),
    )  # fmt: skip


def _count(lines: list[dict[str, Any]]) -> int:
    return sum(line["count"] for line in lines)


def _first(lines: list[dict[str, Any]], name: str) -> datetime | None:
    return min((line[name] for line in lines if line[name] is not None), default=None)


def _causes(lines: list[dict[str, Any]]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for line in lines:
        counts[line["parked_cause"]] = counts.get(line["parked_cause"], 0) + line["count"]
    return counts


def _money(lines: list[dict[str, Any]]) -> list[tuple[str, str, int, int]]:
    sums: dict[tuple[str, str], tuple[int, int]] = {}
    for line in lines:
        key = (line["status"], line["currency"])
        count, amount_minor = sums.get(key, (0, 0))
        sums[key] = (count + line["count"], amount_minor + line["amount"])
    return [(*key, *figures) for key, figures in sums.items()]
