"""Figures for /metrics: checks, findings, alerts and the queue of the watchtower."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from django.db.models import Sum
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric

from config.metrics_money import COUNTED_MAX, counted
from config.metrics_running import age_s
from core.models import Alert
from reconciliation.models import Finding, ReconciliationTally
from reconciliation.queries import queue
from reconciliation.rules.severities import of_alert
from reconciliation.states import FindingStatus

HISTORY = "since midnight UTC: it begins anew each day, which rate() and increase() know."


def families(*, at: datetime) -> Iterator[Metric]:
    """What was compared, what differs, and who has been told."""
    yield from _checks(at)
    yield counted(
        "vault_findings_open", "Differences that are open, by kind and severity.",
        Finding.objects.filter(status=FindingStatus.OPEN), labels=["kind", "severity"],
    )  # fmt: skip
    yield from _alerts(at)
    yield from _queue(at)


def _checks(at: datetime) -> Iterator[Metric]:
    midnight = at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    lines = (
        ReconciliationTally.objects.filter(hour__gte=midnight, hour__lt=at + timedelta(hours=1))
        .order_by()
        .values_list("subject_kind", "result")
        .annotate(checks=Sum("count"), took=Sum("duration_ms"))
    )
    checks = CounterMetricFamily("vault_checks", f"Checks, {HISTORY}", labels=["kind", "result"])
    took = CounterMetricFamily(
        "vault_checks_seconds", f"How long they took together, {HISTORY}",
        labels=["kind", "result"],
    )  # fmt: skip
    for kind, result, count, duration_ms in lines:
        checks.add_metric([kind, result], count)
        took.add_metric([kind, result], duration_ms / 1_000)
    yield checks
    yield took


def _alerts(at: datetime) -> Iterator[Metric]:
    rows = Alert.objects.filter(closed_at=None).values_list(
        "kind", "severity", "acknowledged_at", "first_at"
    )
    found = list(rows.order_by()[:COUNTED_MAX])
    family = GaugeMetricFamily(
        "vault_alerts_open", "Open alerts by kind and severity; acknowledged: somebody is at it.",
        labels=["kind", "severity", "acknowledged"],
    )  # fmt: skip
    counts = Counter(
        (kind, of_alert(severity), "yes" if acknowledged_at else "no")
        for kind, severity, acknowledged_at, _ in found
    )
    for values, count in sorted(counts.items()):
        family.add_metric(list(values), count)
    yield family
    alone = [first_at for _, _, acknowledged_at, first_at in found if acknowledged_at is None]
    yield GaugeMetricFamily(
        "vault_alerts_oldest_unacknowledged_seconds", "Since when nobody is at the oldest.",
        value=age_s(min(alone, default=None), at),
    )  # fmt: skip


def _queue(at: datetime) -> Iterator[Metric]:
    depth = queue.depth(partners=None, at=at)
    figures = {"waiting": depth.waiting, "active": depth.active, "retrying": depth.failed}
    family = GaugeMetricFamily("vault_checks_queue", "Checks that wait or are in work.",
                               labels=["state"])  # fmt: skip
    for state, count in figures.items():
        family.add_metric([state], count)
    yield family
    yield GaugeMetricFamily(
        "vault_checks_oldest_due_seconds", "For how long the oldest of them has been due.",
        value=age_s(depth.oldest_at, at),
    )  # fmt: skip
