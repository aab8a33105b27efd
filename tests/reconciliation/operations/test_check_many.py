from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from config.processes import wait_until
from core import clock
from core.locks import free_session_locks, try_session_locks
from core.models import Alert, Step
from reconciliation.models import (
    CheckRequest,
    Finding,
    LiveEvent,
    ReconciliationRun,
    ReconciliationTally,
)
from reconciliation.operations import tell_live
from reconciliation.operations.check_many import check_due
from reconciliation.operations.claim_checks import LEASE, claimed, lock_of
from tests.watching import LESS, TableSource, results
from tests.wire import MovedClock

Ask = Callable[..., int]
SESSION_ENDS_WITHIN_S = 60


class TestOneCheck:
    def test_what_matches_leaves_a_run_and_nothing_else(
        self, source: TableSource, ask: Ask, moved: MovedClock
    ) -> None:
        source.say("1")
        ask("1", trigger="callback")

        assert check_due() == 1

        run = ReconciliationRun.objects.get()
        assert (run.result, run.trigger, run.findings) == ("matched", "callback", [])
        assert run.details["transactionId"] == "QHX12345"
        assert run.inputs["row"] != run.inputs["callback"]
        assert len(run.inputs["row"]) == 64
        assert not Finding.objects.exists()
        assert not CheckRequest.objects.exists()

    def test_what_differs_is_a_finding_an_alert_and_two_events(
        self, source: TableSource, ask: Ask
    ) -> None:
        source.say("1", told=LESS)
        ask("1")

        check_due()

        finding = Finding.objects.get()
        assert (finding.kind, finding.status, finding.times) == ("amount_mismatch", "open", 1)
        assert finding.severity == "high"
        assert ReconciliationRun.objects.get().findings == ["amount_mismatch"]
        assert Step.objects.filter(subject_type="Finding", to_status="open").count() == 1
        told = LiveEvent.objects.get(kind="discrepancy_alert").data
        assert (told["sessionId"], told["severity"]) == ("1", "high")
        assert told["issues"][0]["type"] == "amount_mismatch"
        result = LiveEvent.objects.get(kind="reconciliation_result").data
        assert (result["status"], len(result["issues"])) == ("discrepancy", 1)

    def test_it_waits_for_its_moment(
        self, source: TableSource, ask: Ask, moved: MovedClock
    ) -> None:
        source.say("1")
        ask("1", due_at=moved() + timedelta(seconds=2))

        early = check_due()
        moved.forward(seconds=3)

        assert (early, check_due()) == (0, 1)
        assert ReconciliationRun.objects.get().waited_ms == 1000

    def test_the_most_urgent_comes_first(self, source: TableSource, ask: Ask) -> None:
        source.say("1", "2", "3")
        ask("1", trigger="periodic")
        ask("2", trigger="manual_api")
        ask("3", trigger="callback")

        check_due(batch=1)

        assert source.read_ids == ["2", "3", "1"]

    def test_what_is_not_there_is_an_error_that_is_not_repeated(
        self, source: TableSource, ask: Ask
    ) -> None:
        ask("none")

        check_due()

        assert results() == {"none": ["error"]}
        assert not CheckRequest.objects.exists()
        assert not Finding.objects.exists()


class TestOneTransaction:
    def test_a_check_that_cannot_be_told_leaves_nothing_but_its_request(
        self, source: TableSource, ask: Ask, monkeypatch: pytest.MonkeyPatch, moved: MovedClock
    ) -> None:
        source.say("1", told=LESS)
        ask("1")

        def refuse(events: Any) -> None:
            raise ConnectionError

        with monkeypatch.context() as broken:
            broken.setattr(tell_live, "tell_many", refuse)
            with pytest.raises(ConnectionError):
                check_due()

        nothing = (ReconciliationRun, Finding, ReconciliationTally, LiveEvent, Alert)
        assert not [model.__name__ for model in nothing if model.objects.exists()]
        assert CheckRequest.objects.count() == 1
        moved.moment += LEASE + timedelta(seconds=1)
        assert check_due() == 1
        assert results() == {"1": ["discrepancy"]}


class TestWorkers:
    def test_two_never_check_the_same(
        self, source: TableSource, ask: Ask, together: Callable[..., list[Any]]
    ) -> None:
        ids = [str(number) for number in range(300)]
        source.say(*ids)
        ask(*ids)

        done = together(*[lambda: check_due(batch=20)] * 3)

        assert sum(done) == 300
        assert sorted(source.read_ids) == sorted(ids)
        assert ReconciliationRun.objects.count() == 300
        assert sum(ReconciliationTally.objects.values_list("count", flat=True)) == 300

    def test_what_another_session_checks_is_left_for_a_moment(
        self, source: TableSource, ask: Ask, together: Callable[..., list[Any]], moved: MovedClock
    ) -> None:
        source.say("1")
        ask("1")
        with claimed(at=clock.database_now()) as ours:
            ask("1")

            (elsewhere,) = together(check_due)

            assert ([row.subject_id for row in ours], elsewhere) == (["1"], 0)
            assert not source.read_ids
        moved.forward(seconds=2)
        assert check_due() == 1

    def test_the_work_of_a_killed_one_is_taken_over(
        self, source: TableSource, ask: Ask, together: Callable[..., list[Any]], moved: MovedClock
    ) -> None:
        source.say("1")
        ask("1")

        def claim_and_die() -> int:
            claim = claimed(at=clock.database_now())
            return len(claim.__enter__())  # its session ends with the thread

        lock = lock_of(CheckRequest.objects.get())
        (taken,) = together(claim_and_die)

        assert (taken, check_due()) == (1, 0)
        assert wait_until(lambda: try_session_locks([lock]), limit_s=SESSION_ENDS_WITHIN_S)
        free_session_locks([lock])
        moved.moment += LEASE + timedelta(seconds=1)
        assert check_due() == 1
        assert results() == {"1": ["matched"]}

    def test_a_lease_that_is_over_is_not_taken_from_one_who_still_works(
        self, source: TableSource, ask: Ask, together: Callable[..., list[Any]], moved: MovedClock
    ) -> None:
        source.say("1")
        ask("1")
        with claimed(at=clock.database_now()):
            moved.moment += LEASE + timedelta(seconds=1)

            (elsewhere,) = together(check_due)

        assert elsewhere == 0
        assert not source.read_ids

    def test_several_requests_of_one_subject_read_it_once_and_have_a_run_each(
        self, source: TableSource, ask: Ask, moved: MovedClock
    ) -> None:
        source.say("1", told=LESS)
        ask("1")
        CheckRequest.objects.update(lease_ends_at=moved() - timedelta(seconds=1))
        ask("1", trigger="manual_queue")

        check_due()

        assert source.read_ids == ["1"]
        assert results() == {"1": ["discrepancy", "discrepancy"]}
        assert Finding.objects.get().times == 1
