"""Reads: how many checks were made, what they came to and how long they took."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Min, QuerySet, Sum

from reconciliation.models import LiveServer, ReconciliationRun
from reconciliation.queries import queue
from reconciliation.queries.history import history, trend
from reconciliation.queries.percentiles import of_runs
from reconciliation.queries.totals import totals
from reconciliation.rules.moments import told
from reconciliation.states import CheckResult

__all__ = ["LIVE_FOR", "Stats", "as_told", "clients", "history", "stats", "trend"]

LIVE_FOR = timedelta(seconds=30)
THROUGHPUT_MINUTES = 5


@dataclass(frozen=True, kw_only=True)
class Stats:
    """Since the beginning: `total`, and what became of them; `successful` are matched and
    pending, so that with `failed` and `discrepancies` they are all.

    `average_ms` of all; the percentiles of the newest checks. `uptime_s` of the live server that
    has run longest.
    """

    total: int
    successful: int
    failed: int
    discrepancies: int
    pending: int
    average_ms: int
    p50_ms: int
    p95_ms: int
    p99_ms: int
    per_minute: float
    active: int
    queue_length: int
    oldest_waits_s: int
    retrying: int
    clients: int
    uptime_s: int
    last_at: datetime | None


def stats(*, partners: Collection[UUID] | None, at: datetime) -> Stats:
    """Of these partners (None: of all), at this moment."""
    counted = totals(partners=partners, at=at)
    depth = queue.depth(partners=partners, at=at)
    servers = LiveServer.objects.filter(seen_at__gt=at - LIVE_FOR)
    live = servers.aggregate(since=Min("started_at"), clients=Sum("clients"))
    p50_ms, p95_ms, p99_ms = of_runs(_runs(partners))
    lately = _runs(partners).filter(started_at__gt=at - timedelta(minutes=THROUGHPUT_MINUTES))
    total, counts = counted.total, counted.counts
    return Stats(
        total=total,
        successful=counts.get(CheckResult.MATCHED, 0) + counts.get(CheckResult.PENDING, 0),
        failed=counts.get(CheckResult.ERROR, 0),
        discrepancies=counts.get(CheckResult.DISCREPANCY, 0),
        pending=counts.get(CheckResult.PENDING, 0),
        average_ms=round(counted.took_ms / total) if total else 0,
        p50_ms=p50_ms, p95_ms=p95_ms, p99_ms=p99_ms,
        per_minute=round(lately.count() / THROUGHPUT_MINUTES, 1),
        active=depth.active, queue_length=depth.waiting, retrying=depth.failed,
        oldest_waits_s=_seconds(depth.oldest_at, at),
        clients=live["clients"] or 0, uptime_s=_seconds(live["since"], at),
        last_at=counted.last_at,
    )  # fmt: skip


def clients(*, at: datetime) -> int:
    """How many sockets are open, of all live servers."""
    servers = LiveServer.objects.filter(seen_at__gt=at - LIVE_FOR)
    return servers.aggregate(clients=Sum("clients"))["clients"] or 0


def as_told(found: Stats) -> dict[str, Any]:
    """As the source document names it, and what it does not have after that."""
    return {
        "totalProcessed": found.total,
        "successfulReconciliations": found.successful,
        "failedReconciliations": found.failed,
        "discrepanciesDetected": found.discrepancies,
        "averageProcessingTime": found.average_ms,
        "activeReconciliations": found.active,
        "queueLength": found.queue_length,
        "connectedClients": found.clients,
        "lastProcessedAt": told(found.last_at) if found.last_at else None,
        "pending": found.pending,
        "retrying": found.retrying,
        "p50ProcessingTime": found.p50_ms,
        "p95ProcessingTime": found.p95_ms,
        "p99ProcessingTime": found.p99_ms,
        "throughputPerMinute": found.per_minute,
        "oldestQueuedSeconds": found.oldest_waits_s,
        "uptimeSeconds": found.uptime_s,
    }


def _runs(partners: Collection[UUID] | None) -> QuerySet[ReconciliationRun]:
    rows = ReconciliationRun.objects.all()
    return rows if partners is None else rows.filter(partner_id__in=partners)


def _seconds(since: datetime | None, at: datetime) -> int:
    return max(0, round((at - since).total_seconds())) if since else 0
