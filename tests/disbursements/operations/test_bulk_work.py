"""Bulk runs worked off: batch by batch, by several workers, stopped, broken off."""

from typing import Any

import pytest

from core.callers import NotAllowed
from core.models import Step
from disbursements.models import DisbursementRequest
from disbursements.operations import bulk, bulk_work
from disbursements.rules import by_hand
from tests.disbursements.acting import REASON, Hand, amina, last_step
from tests.wire import MovedClock

RETRY = bulk.VERB_PERMISSIONS["retry"]


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk_work, "BATCH", 2)


class TestWork:
    def test_batch_by_batch_to_the_end(self, queued: Any, hand: Hand, small_batches: None) -> None:
        run = hand.start("cancel", *queued(5))

        assert bulk.work(run_id=run.pk, batches_max=1) == 2
        run.refresh_from_db()
        assert (run.status, run.done, run.ended_at) == ("running", 2, None)
        assert bulk.work() == 3

        run.refresh_from_db()
        assert (run.status, run.done, run.skipped) == ("finished", 5, 0)
        assert run.ended_at is not None
        assert last_step(run).because == "5 done, 0 skipped"
        assert bulk.work() == 0

    def test_every_payout_has_its_step_that_names_run_person_and_reason(
        self, queued: Any, hand: Hand
    ) -> None:
        rows = queued(3)
        run = hand.start("cancel", *rows)

        bulk.work(run_id=run.pk)

        for row in rows:
            step = last_step(row)
            assert (step.from_status, step.to_status) == ("queued", "cancelled")
            assert (step.actor, step.because) == ("amina", f"cancelled by hand: {REASON}")
            assert step.details == {"bulk_run": str(run.pk), "origin": "admin"}

    def test_several_runs_take_turns(self, queued: Any, hand: Hand, small_batches: None) -> None:
        rows = queued(6)
        first, second = hand.start("cancel", *rows[:4]), hand.start("cancel", *rows[4:])

        bulk.work(batches_max=2)

        first.refresh_from_db()
        second.refresh_from_db()
        assert (first.done, second.done) == (2, 2)

    def test_several_workers_do_each_once(
        self, queued: Any, hand: Hand, together: Any, small_batches: None
    ) -> None:
        run = hand.start("cancel", *queued(12))

        counts = together(*[lambda: bulk.work(run_id=run.pk)] * 4)

        run.refresh_from_db()
        assert sum(counts) == 12
        assert (run.status, run.done, run.skipped) == ("finished", 12, 0)
        assert Step.objects.filter(to_status="cancelled").count() == 12

    def test_starting_the_same_once_more_skips_everything(self, queued: Any, hand: Hand) -> None:
        rows = queued(2)
        hand.does("cancel", *rows)

        assert hand.does("cancel", *rows) == {by_hand.STANDS["cancelled"]: 2}
        assert Step.objects.filter(to_status="cancelled").count() == 2

    def test_a_batch_that_breaks_off_has_changed_nothing(
        self, queued: Any, hand: Hand, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        run = hand.start("cancel", *queued(2))

        def breaks_off(*_: Any) -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as patched:
            patched.setattr(bulk_work, "_settle", breaks_off)
            with pytest.raises(KeyboardInterrupt):
                bulk.work(run_id=run.pk)
        assert not Step.objects.filter(to_status="cancelled").exists()

        bulk.work()
        run.refresh_from_db()
        assert (run.status, run.done) == ("finished", 2)

    def test_the_job_leaves_it_to_the_worker_that_is_at_it(
        self, queued: Any, hand: Hand, together: Any
    ) -> None:
        from core import locks
        from disbursements import jobs

        hand.start("cancel", *queued(2))
        locks.try_session_locks([bulk_work.JOB_LOCK])

        [left] = together(jobs.bulk)
        locks.free_session_locks([bulk_work.JOB_LOCK])

        assert (left, jobs.bulk(), jobs.bulk()) == (0, 2, 0)


class TestStop:
    def test_what_was_not_reached_stays(
        self, queued: Any, hand: Hand, moved: MovedClock, small_batches: None
    ) -> None:
        run = hand.start("cancel", *queued(5))
        bulk.work(run_id=run.pk, batches_max=1)

        stopped = bulk.stop(run_id=run.pk, reason="wrong filter", caller=amina(), at=moved())

        assert (bulk.work(), bulk.work(run_id=run.pk)) == (0, 0)
        run.refresh_from_db()
        assert (run.status, run.done, run.ended_at) == ("stopped", 2, moved())
        assert stopped.status == "stopped"
        assert last_step(run).because == "stopped: wrong filter"
        assert DisbursementRequest.objects.filter(status="queued").count() == 3

    def test_one_that_has_ended_stays_as_it_ended(
        self, queued: Any, hand: Hand, moved: MovedClock
    ) -> None:
        run = hand.start("cancel", *queued(1))
        bulk.work(run_id=run.pk)

        again = bulk.stop(run_id=run.pk, reason="too late now", caller=amina(), at=moved())

        assert again.status == "finished"

    def test_it_demands_the_verbs_permission(
        self, queued: Any, hand: Hand, moved: MovedClock
    ) -> None:
        run = hand.start("cancel", *queued(1))

        with pytest.raises(NotAllowed):
            bulk.stop(run_id=run.pk, reason=REASON, caller=amina(None, RETRY), at=moved())
