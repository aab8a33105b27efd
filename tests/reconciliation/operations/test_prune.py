from collections.abc import Callable
from datetime import timedelta
from typing import Any

from reconciliation.models import (
    BulkCheck,
    Finding,
    LiveEvent,
    LiveServer,
    ReconciliationRun,
    ReconciliationTally,
)
from reconciliation.operations.bulk import start
from reconciliation.operations.check_many import check_due
from reconciliation.operations.prune import prune
from reconciliation.queries.statistics import history, stats
from tests.watching import EVERYBODY, TOLD, TableSource
from tests.wire import MovedClock


class TestPruning:
    def test_a_long_table_keeps_no_other_waiting(
        self, source: TableSource, moved: MovedClock, ask: Callable[..., int],
        monkeypatch: Any, settings: Any,
    ) -> None:  # fmt: skip
        settings.RECONCILE_RUNS_KEPT_DAYS = 30
        source.say(*"123")
        ask(*"123")
        check_due()
        moved.moment += timedelta(days=31)
        LiveEvent.objects.update(created_at=moved() - timedelta(days=2))
        monkeypatch.setattr("reconciliation.operations.prune.BUDGET_S", -1.0)

        prune(at=moved(), batch=1)

        assert ReconciliationRun.objects.count() == 2
        assert LiveEvent.objects.count() == 2

    def test_old_checks_go_and_their_sums_stay(
        self, source: TableSource, moved: MovedClock, ask: Callable[..., int], settings: Any
    ) -> None:
        settings.RECONCILE_RUNS_KEPT_DAYS = 30
        source.say("1", told=TOLD)
        source.say("2")
        start(ids=["1", "2"], caller=EVERYBODY, at=moved())
        check_due()
        moved.moment += timedelta(days=31)
        ask("1")
        check_due()

        prune(at=moved(), batch=1)

        assert ReconciliationRun.objects.count() == 1
        assert not BulkCheck.objects.exists()
        assert sum(ReconciliationTally.objects.values_list("count", flat=True)) == 3
        assert stats(partners=None, at=moved()).total == 3
        assert not Finding.objects.exists()

    def test_old_hours_are_summed_by_the_day(
        self, source: TableSource, moved: MovedClock, ask: Callable[..., int]
    ) -> None:
        source.say("1")
        for _ in range(30):
            ask("1")
            check_due()
            moved.forward(hours=1)
        since = moved() - timedelta(days=3)
        by_day = history(partners=None, by="day", since=since, until=moved())
        moved.moment += timedelta(days=92)

        for _ in range(2):
            prune(at=moved())

        again = history(partners=None, by="day", since=since, until=moved())
        hours = set(ReconciliationTally.objects.values_list("hour", flat=True))
        assert [each.total for each in again[:4]] == [each.total for each in by_day]
        assert (len(hours), stats(partners=None, at=moved()).total) == (2, 30)

    def test_what_was_told_live_goes_after_a_day(self, engine_db: None, moved: MovedClock) -> None:
        for minutes in (25 * 60, 23 * 60, 61, 59):
            at = moved() - timedelta(minutes=minutes)
            LiveEvent.objects.create(kind="queue", data={}, created_at=at)
            LiveServer.objects.create(name="here", started_at=at, seen_at=at)

        prune(at=moved())

        assert (LiveEvent.objects.count(), LiveServer.objects.count()) == (3, 1)
