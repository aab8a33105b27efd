"""What a worker does about reconciliation, beside everything else that it does."""

from collections.abc import Callable, Sequence
from threading import Thread
from typing import Any

from django.db import connection

from core.locks import free_session_locks, try_session_locks
from core.models import Step
from reconciliation import jobs
from reconciliation.models import CheckRequest
from reconciliation.operations.read_trail import read_trail
from reconciliation.rules.sides import Record
from tests.watching import TableSource, only_source, results
from tests.wire import MovedClock

Ask = Callable[..., int]


class Changing(TableSource):
    """2 changes, by another session, while 1 is read."""

    def read(self, ids: Sequence[str]) -> dict[str, Record]:
        if "1" in ids:
            writer = Thread(target=self._write)
            writer.start()
            writer.join(timeout=30)
        return super().read(ids)

    def _write(self) -> None:
        Step.objects.create(
            subject_type="Payment", subject_id="2", from_status="open", to_status="paid",
            because="a test", actor="test", at="2026-11-21T08:00:00Z",
        )  # fmt: skip
        connection.close()


class TestReconcile:
    def test_while_one_compares_the_others_are_free_for_money(
        self, source: TableSource, ask: Ask, together: Callable[..., list[Any]]
    ) -> None:
        source.say("1")
        ask("1")
        held = try_session_locks([jobs.line_of_this_cluster()])

        meanwhile = together(jobs.reconcile)
        free_session_locks(held)

        assert (meanwhile, CheckRequest.objects.count()) == ([0], 1)
        assert together(jobs.reconcile) == [1]
        assert results() == {"1": ["matched"]}

    def test_what_changes_meanwhile_is_compared_by_the_same(
        self, engine_db: None, ask: Ask, moved: MovedClock
    ) -> None:
        changing = Changing()
        changing.say("1", "2")
        with only_source(changing):
            read_trail(at=moved())
            ask("1")

            jobs.reconcile()

        assert results() == {"1": ["matched"], "2": ["matched"]}
