"""What is looked at again though nothing happened to it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from reconciliation.models import CheckRequest, Finding, ReconciliationRun
from reconciliation.operations.check_many import check_due
from reconciliation.operations.periodic import check_stuck
from tests.watching import LESS, TableSource, results
from tests.wire import MovedClock

Ask = Callable[..., int]
HOUR = timedelta(hours=1)


def _paid_by_our_word_alone(source: TableSource, moved: MovedClock, *, asks: bool = False) -> None:
    source.asks = asks
    source.say("1")
    source.records["1"] = replace(source.records["1"], others=(), settled_by=moved() + HOUR)


class TestPaidByOurWordAlone:
    def test_it_is_late_after_its_hour_without_anybody_asking(
        self, source: TableSource, moved: MovedClock, ask: Ask
    ) -> None:
        _paid_by_our_word_alone(source, moved)
        ask("1")
        check_due()
        waits = CheckRequest.objects.get()
        early = check_due()
        moved.moment += HOUR + timedelta(seconds=1)

        late = check_due()

        assert (waits.trigger, waits.due_at) == ("periodic", moved())
        assert (early, late) == (0, 1)
        assert results() == {"1": ["pending", "discrepancy"]}
        assert (Finding.objects.get().kind, Finding.objects.get().severity) == ("late", "medium")
        assert not CheckRequest.objects.exists()

    def test_the_answer_is_waited_for_first(
        self, source: TableSource, moved: MovedClock, ask: Ask
    ) -> None:
        _paid_by_our_word_alone(source, moved, asks=True)
        ask("1")
        check_due()
        first = CheckRequest.objects.get()
        moved.forward(minutes=1)
        check_due()
        second = CheckRequest.objects.get()

        assert (first.trigger, first.due_at) == ("status_query", moved())
        assert (second.trigger, second.due_at > moved()) == ("periodic", True)

    def test_what_happens_meanwhile_is_checked_at_once_and_no_more_waits(
        self, source: TableSource, moved: MovedClock, ask: Ask
    ) -> None:
        _paid_by_our_word_alone(source, moved)
        ask("1")
        check_due()
        moved.forward(seconds=1)
        source.say("1")
        ask("1", trigger="callback")

        check_due()

        assert results()["1"] == ["pending", "matched"]
        assert not CheckRequest.objects.exists()


class TestOpenDifferences:
    def test_what_is_cured_without_a_step_closes_all_the_same(
        self, source: TableSource, moved: MovedClock, ask: Ask
    ) -> None:
        source.say("1", told=LESS)
        ask("1")
        check_due()
        source.stuck_ids = []
        source.say("1")
        early = check_stuck(at=moved())
        moved.moment += HOUR

        again = check_stuck(at=moved())
        check_due()

        assert (early, again) == (0, 1)
        assert Finding.objects.get().status == "cured"

    def test_each_in_its_turn_however_many_there_are(
        self, source: TableSource, moved: MovedClock, ask: Ask
    ) -> None:
        ids = [f"{number:02}" for number in range(25)]
        source.say(*ids, told=LESS)
        source.stuck_ids = []
        ask(*ids)
        check_due()
        moved.moment += HOUR
        for _ in range(3):
            check_stuck(at=moved())
            check_due()
            moved.forward(minutes=15)

        looked_at = ReconciliationRun.objects.filter(trigger="periodic")

        assert {run.subject_id for run in looked_at} == set(ids)

    def test_what_can_be_seen_no_more_keeps_nothing_else_waiting(
        self, source: TableSource, moved: MovedClock, ask: Ask, settings: Any
    ) -> None:
        settings.RECONCILE_STUCK_MAX = 2
        source.stuck_ids = []
        for each in "123":
            source.say(each, told=LESS)
            ask(each)
            check_due()
            moved.forward(minutes=1)
        del source.records["1"], source.records["2"]
        moved.moment += HOUR

        for _ in range(2):
            check_stuck(at=moved())
            check_due()
            moved.forward(minutes=15)

        assert len(results()["3"]) == 2

    def test_what_a_person_dismissed_is_left_alone(
        self, source: TableSource, moved: MovedClock, ask: Ask
    ) -> None:
        source.say("1", told=LESS)
        source.stuck_ids = []
        ask("1")
        check_due()
        Finding.objects.update(status="dismissed")
        moved.moment += HOUR

        assert check_stuck(at=moved()) == 0
