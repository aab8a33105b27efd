"""Percentiles of how long checks took: exact of the newest, by bounds of whole hours."""

from collections.abc import Mapping
from math import ceil

from django.db.models import QuerySet

from reconciliation.models import DURATION_BOUNDS_MS, ReconciliationRun

NEWEST = 10_000
PERCENTS = (50, 95, 99)


def of_runs(rows: QuerySet[ReconciliationRun]) -> tuple[int, int, int]:
    """p50, p95 and p99 in milliseconds of the newest NEWEST of them; zeros where there is none."""
    newest = rows.order_by("-started_at", "-id").values_list("duration_ms", flat=True)[:NEWEST]
    found = sorted(newest)
    if not found:
        return 0, 0, 0
    p50, p95, p99 = (found[ceil(len(found) * percent / 100) - 1] for percent in PERCENTS)
    return p50, p95, p99


def of_buckets(counts: Mapping[int, int]) -> tuple[int, int, int]:
    """The same from {bucket: checks}: no check of so many per cent took longer than this bound.

    Above the last bound that bound is said: it is at least that.
    """
    total = sum(counts.values())
    p50, p95, p99 = (_bound(counts, ceil(total * percent / 100)) for percent in PERCENTS)
    return p50, p95, p99


def _bound(counts: Mapping[int, int], wanted: int) -> int:
    so_far = 0
    for bucket in sorted(counts):
        so_far += counts[bucket]
        if wanted and so_far >= wanted:
            return DURATION_BOUNDS_MS[min(bucket, len(DURATION_BOUNDS_MS) - 1)]
    return 0
