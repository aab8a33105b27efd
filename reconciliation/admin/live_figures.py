"""The figures of the live page: what was checked so far, and what there is now."""

from collections.abc import Collection, Mapping
from uuid import UUID

from django.db.models import Count
from django.utils.html import format_html

from core.admin import shown
from disbursements.admin.figures import Group, Tile
from reconciliation.admin import words
from reconciliation.admin.filters import LATE_MINUTES
from reconciliation.models import Finding
from reconciliation.queries.statistics import Stats
from reconciliation.states import FindingStatus, Severity


def groups(stats: Stats, partners: Collection[UUID] | None) -> list[Group]:
    """Each figure with the list that it counts."""
    return [
        Group(title="Now", tiles=[*_open(open_by_severity(partners)), *_now(stats)]),
        Group(title="So far", tiles=_so_far(stats)),
    ]


def open_by_severity(partners: Collection[UUID] | None) -> dict[str, int]:
    """Open differences, the worst first."""
    rows = Finding.objects.filter(status=FindingStatus.OPEN).order_by()
    if partners is not None:
        rows = rows.filter(partner_id__in=partners)
    counts = dict(rows.values_list("severity").annotate(rows=Count("pk")))
    return {each.value: counts.get(each.value, 0) for each in Severity}


def _open(counts: Mapping[str, int]) -> list[Tile]:
    """High ones by themselves, the others together."""
    listed = f"{words.list_url(words.FINDINGS)}?status=open"
    high, rest = counts["high"], counts["medium"] + counts["low"]
    return [
        Tile(
            name="Open, high", figure=f"{high:,}", url=f"{listed}&severity=high",
            note="Money is at risk" if high else "All clear",
            tone=shown.BAD if high else shown.GOOD,
        ),
        Tile(
            name="Open, medium and low", figure=f"{rest:,}", url=f"{listed}&severity=medium,low",
            note=f"{counts['medium']:,} medium, {counts['low']:,} low",
            tone=shown.WARN if rest else shown.MUTE,
        ),
    ]  # fmt: skip


def _now(stats: Stats) -> list[Tile]:
    queue = words.list_url(words.QUEUE)
    oldest = "None is due" if stats.queue_length else "Nothing waits"
    if stats.oldest_waits_s:
        oldest = f"The oldest for {words.seconds(stats.oldest_waits_s)}"
    return [
        Tile(
            name="In work", figure=_slot("activeReconciliations", f"{stats.active:,}"),
            note=_slot("perMinute", f"{stats.per_minute:,g} a minute"), url=f"{queue}?active=yes",
            tone=shown.WAIT if stats.active else shown.MUTE,
        ),
        Tile(
            name="In the queue", figure=_slot("queueLength", f"{stats.queue_length:,}"),
            note=_slot("oldest", oldest), url=queue,
            tone=shown.WARN if stats.oldest_waits_s >= LATE_MINUTES * 60 else shown.MUTE,
        ),
        Tile(
            name="Watching", figure=_slot("connectedClients", f"{stats.clients:,}"),
            note=_slot("uptime", f"Live for {words.seconds(stats.uptime_s)}"
                       if stats.uptime_s else "No live server runs"),
            url="",
        ),
    ]  # fmt: skip


def _so_far(stats: Stats) -> list[Tile]:
    runs = words.list_url(words.RUNS)
    return [
        Tile(
            name="Checked", figure=_slot("totalProcessed", f"{stats.total:,}"), url=runs,
            note=_slot("last", f"Last {words.clock_text(stats.last_at)}"
                       if stats.last_at else "None yet"),
        ),
        Tile(
            name="Success rate", figure=_slot("successRate", share(stats.successful, stats.total)),
            note=_slot("successful", f"{stats.successful:,} matched or pending"),
            url=f"{runs}?result=matched,pending",
            tone=shown.GOOD if stats.successful else shown.MUTE,
        ),
        Tile(
            name="Discrepancies", figure=_slot("discrepancies", f"{stats.discrepancies:,}"),
            note="Checks that saw one", url=f"{runs}?result=discrepancy",
        ),
        Tile(
            name="Failed checks", figure=_slot("failed", f"{stats.failed:,}"),
            note=_slot("retrying", f"{stats.retrying:,} are tried again"),
            url=f"{runs}?result=error",
        ),
        Tile(
            name="Average time", url=runs,
            figure=_slot("average", f"{stats.average_ms:,} ms" if stats.total else shown.NOTHING),
            note=_slot("percentiles", _percentiles(stats)),
        ),
    ]  # fmt: skip


def _percentiles(stats: Stats) -> str:
    """Of the newest checks, in words."""
    if not stats.total:
        return "None yet"
    return (
        f"Newest: half in {stats.p50_ms:,} ms, 95 % in {stats.p95_ms:,} ms, "
        f"99 % in {stats.p99_ms:,} ms"
    )


def share(part: int, whole: int) -> str:
    """`99.2 %`, never rounded up to 100."""
    return f"{part * 1000 // whole / 10:.1f} %" if whole else shown.NOTHING


def _slot(name: str, text: str) -> object:
    """A figure that the page's script writes anew when the server tells of it."""
    return format_html('<span data-stat="{}">{}</span>', name, text)
