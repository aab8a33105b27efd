"""Figures for /metrics: are the processes running, and do they keep up."""

from collections.abc import Iterator
from datetime import datetime
from math import inf

from django.db.models import Count, Sum
from prometheus_client.metrics_core import GaugeMetricFamily, Metric

from config.job_broker import waiting
from config.schedule_rows import ScheduleRow
from config.schedules import SWEEPS
from core.models import JobRun
from gateways.models import Callback
from reconciliation.models import LiveServer
from reconciliation.queries.statistics import LIVE_FOR

UNREAD_COUNTED_MAX = 10_000


def families(*, at: datetime) -> Iterator[Metric]:
    """Jobs, queue, callbacks and live servers, as they are at this moment."""
    yield from _jobs(at)
    yield from _queue(at)
    yield from _callbacks(at)
    yield from _live(at)


def age_s(since: datetime | None, at: datetime) -> float:
    """Seconds since then; 0 where there is nothing."""
    return max(0.0, (at - since).total_seconds()) if since else 0.0


def _jobs(at: datetime) -> Iterator[Metric]:
    runs = {run.name: run for run in JobRun.objects.all()}
    latest = max((run.started_at for run in runs.values() if run.started_at), default=None)
    yield GaugeMetricFamily(
        "vault_job_latest_seconds", "Since any job began; a worker begins some each minute.",
        value=age_s(latest, at) if latest else inf,
    )  # fmt: skip
    good = GaugeMetricFamily(
        "vault_job_success_timestamp_seconds", "When the latest good run of each job ended.",
        labels=["job"],
    )  # fmt: skip
    late = GaugeMetricFamily(
        "vault_job_late", "1: this schedule is late, or has not gone well for too long.",
        labels=["job"],
    )  # fmt: skip
    for name in SWEEPS:
        run = runs.get(name)
        if run is not None and run.succeeded_at:
            good.add_metric([name], run.succeeded_at.timestamp())
        late.add_metric([name], ScheduleRow(name=name, at=at, run=run).is_overdue)
    yield good
    yield late


def _queue(at: datetime) -> Iterator[Metric]:
    found = waiting(at=at)
    yield GaugeMetricFamily(
        "vault_queue_tasks", "Hints and ticks that no worker has taken yet.", value=found.count
    )
    yield GaugeMetricFamily(
        "vault_queue_oldest_seconds", "Age of the oldest of them.",
        value=age_s(found.oldest_at, at),
    )  # fmt: skip
    if found.redis_up is not None:
        yield GaugeMetricFamily(
            "vault_redis_up", "0: REDIS_URL does not answer, everything is slower.",
            value=found.redis_up,
        )  # fmt: skip


def _callbacks(at: datetime) -> Iterator[Metric]:
    unread = Callback.objects.filter(processed_at=None).order_by("pk")
    moments = list(unread.values_list("received_at", flat=True)[:UNREAD_COUNTED_MAX])
    yield GaugeMetricFamily(
        "vault_callbacks_unread", f"Not read yet; at most {UNREAD_COUNTED_MAX} are counted.",
        value=len(moments),
    )  # fmt: skip
    yield GaugeMetricFamily(
        "vault_callbacks_oldest_unread_seconds", "Age of the oldest of them.",
        value=age_s(min(moments, default=None), at),
    )  # fmt: skip
    newest = Callback.objects.order_by("-pk").values_list("received_at", flat=True).first()
    if newest is not None:
        yield GaugeMetricFamily(
            "vault_callback_latest_timestamp_seconds", "When the latest callback arrived.",
            value=newest.timestamp(),
        )  # fmt: skip


def _live(at: datetime) -> Iterator[Metric]:
    found = LiveServer.objects.filter(seen_at__gt=at - LIVE_FOR).aggregate(
        servers=Count("pk"), clients=Sum("clients", default=0)
    )
    yield GaugeMetricFamily(
        "vault_live_servers", "Processes that hold sockets of the live page.",
        value=found["servers"],
    )  # fmt: skip
    yield GaugeMetricFamily(
        "vault_live_clients", "Open sockets of the live page.", value=found["clients"]
    )
