"""10. Losing the whole job queue loses nothing: sweeps find every due thing again."""

from typing import Any

from django_q.models import OrmQ, Schedule

from config.schedules import SWEEPS, ensure_schedules
from core import jobs
from disbursements.models import DisbursementRequest
from tests.wire import Wire


class TestLostQueue:
    def test_everything_is_found_again_in_the_tables(
        self, wire: Wire, pay: Any, settings: Any, books: Any, monkeypatch: Any
    ) -> None:
        settings.VAULT_HINTS = True
        monkeypatch.setattr(jobs, "_gather", lambda job: jobs._enqueue(job, {}))
        for number in range(5):
            pay(f"1{number:04d}")
        hinted = OrmQ.objects.count()
        OrmQ.objects.all().delete()
        settings.VAULT_HINTS = False

        wire.run()

        assert hinted > 0
        assert set(DisbursementRequest.objects.values_list("status", flat=True)) == {"completed"}
        assert books.differences() == []

    def test_a_queue_that_does_not_work_stops_no_instruction(
        self, wire: Wire, pay: Any, settings: Any, monkeypatch: Any
    ) -> None:
        def refuse(*args: Any, **facts: Any) -> None:
            raise RuntimeError("the queue is gone")

        settings.VAULT_HINTS = True
        monkeypatch.setattr("django_q.tasks.async_task", refuse)
        monkeypatch.setattr(jobs, "_gather", lambda job: jobs._enqueue(job, {}))

        row = pay()

        assert row.status == "queued"

    def test_every_sweep_is_scheduled_also_after_its_row_was_lost(self, engine_db: None) -> None:
        ensure_schedules()
        Schedule.objects.all().delete()

        ensure_schedules()

        names = set(Schedule.objects.values_list("name", flat=True))
        assert names == {f"sweep:{name}" for name in SWEEPS}
