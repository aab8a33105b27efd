"""`bench watch`: how long the server takes for each page of the watchtower, and of its API.

On the seeded database, with 100 000 checks of its payouts, 20 000 differences, 10 000 checks that
wait, 5 000 alerts and 90 days of sums. Beside a bare page of one row (pages.py).
"""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django.db import connection, transaction
from django.urls import reverse

from core import clock
from core.models import Alert
from reconciliation.models import Finding, LiveServer, ReconciliationRun
from tests.bench.pages import all_measured, logged_in
from tests.bench.seed import seeded_database, statements_of
from tests.bench.surroundings import peak_mb

RUNS = 100_000
SIZES = {"runs": RUNS, "findings": 20_000, "alerts": 5_000}
ROUNDS = 15
STATEMENTS = Path(__file__).with_name("watch.sql")
FILLED = (
    "reconciliation_runs", "reconciliation_findings", "reconciliation_queue",
    "reconciliation_tallies", "core_alert",
)  # fmt: skip
API = "/api/real-time-reconciliation"


def run(rounds: int | None) -> dict[str, Any]:
    """Median, p95 and queries of every page; which are slow; peak memory."""
    with seeded_database(RUNS, at_least=True):
        if _stands_with() != RUNS:
            _fill()
        now = clock.now()
        LiveServer.objects.update_or_create(
            name="bench", defaults={"clients": 3, "started_at": now, "seen_at": now}
        )
        figures = all_measured(logged_in(), _pages(), rounds=rounds or ROUNDS, counted=True)
        return {**_contents(), **figures, "peak memory of the pages, MB": peak_mb()}


def _pages() -> Iterator[tuple[str, str]]:
    payout = ReconciliationRun.objects.values_list("subject_id", flat=True).earliest("started_at")
    yield "yardstick: a bare page of one payout", f"/bench/payout/{payout}/"
    yield "live page", reverse("live_page")
    yield "live page, differences", f"{reverse('live_page')}?result=discrepancy"
    yield from _list("finding", {
        "": {}, "open": {"status": "open"}, "high": {"status": "open", "severity": "high"},
        "paid twice": {"type": "duplicate"}, "last page": {"p": "199"},
        "search": {"q": Finding.objects.earliest("opened_at").reference},
    })  # fmt: skip
    yield "finding", _change(Finding.objects.filter(status="open").latest("opened_at"))
    yield from _list("reconciliationrun", {
        "": {}, "differences": {"result": "discrepancy"},
        "by people": {"trigger": "manual_dashboard"},
        "of a kind of difference": {"finding": "status_mismatch"}, "last page": {"p": "999"},
        "search": {"q": payout},
    })  # fmt: skip
    yield "check", _change(ReconciliationRun.objects.latest("started_at"))
    yield from _list("checkrequest", {"": {}, "search": {"q": payout}})
    yield "list of alert", reverse("admin:core_alert_changelist")
    yield "alert", _change(Alert.objects.filter(closed_at=None).latest("last_at"))
    yield "home page", reverse("admin:index")
    yield from _api()


def _list(model: str, queries: dict[str, dict[str, str]]) -> Iterator[tuple[str, str]]:
    address = reverse(f"admin:reconciliation_{model}_changelist")
    for name, query in queries.items():
        yield f"list of {model}{', ' if name else ''}{name}", f"{address}?{urlencode(query)}"


def _change(row: Any) -> str:
    name = f"admin:{row._meta.app_label}_{row._meta.model_name}_change"
    return reverse(name, args=[row.pk])


def _api() -> Iterator[tuple[str, str]]:
    month = (clock.now() - timedelta(days=30)).date()
    for name in (
        "stats", "active", "history?by=day", "runs", f"runs?from={month}", "findings",
        "findings?status=open", "alerts",
    ):  # fmt: skip
        yield f"API: {name}", f"{API}/{name}"


def _stands_with() -> int:
    """How many checks of payouts that are there."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM reconciliation_runs AS run"
            " JOIN disbursement_requests AS payout ON payout.id::text = run.subject_id"
        )
        return cursor.fetchone()[0]


def _fill() -> None:
    """All or nothing, without triggers."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        for table in FILLED:
            cursor.execute(f"DELETE FROM {table}")
        cursor.execute("DELETE FROM core_step WHERE subject_type = 'Finding'")
        for statement in statements_of(STATEMENTS, **SIZES):
            cursor.execute(statement)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _contents() -> dict[str, Any]:
    """How many rows of what."""
    found: dict[str, Any] = {}
    with connection.cursor() as cursor:
        for table in FILLED:
            cursor.execute(f"SELECT count(*) FROM {table}")
            found[f"rows of {table}"] = cursor.fetchone()[0]
    return found
