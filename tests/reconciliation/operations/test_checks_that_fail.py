from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from reconciliation.models import CheckRequest, Finding, SubjectKind
from reconciliation.operations.check_many import check_due
from tests.watching import LESS, TableSource, results
from tests.wire import MovedClock

Ask = Callable[..., int]


class TestFailing:
    def test_one_that_cannot_be_written_down_disturbs_no_other(
        self, source: TableSource, ask: Ask
    ) -> None:
        source.say("1", "2", "3")
        bad = source.records["2"]
        source.records["2"] = replace(bad, details={"client": "a\x00b"})
        ask("1", "2", "3")

        check_due()

        assert results() == {"1": ["matched"], "2": ["error"], "3": ["matched"]}
        assert CheckRequest.objects.get().tries == 1

    def test_one_that_cannot_be_read_disturbs_no_other(
        self, source: TableSource, ask: Ask
    ) -> None:
        source.say("1", "2", "3")
        source.broken = {"2"}
        ask("1", "2", "3")

        check_due()

        assert results() == {"1": ["matched"], "2": ["error"], "3": ["matched"]}
        row = CheckRequest.objects.get()
        assert (row.subject_id, row.tries, row.lease_ends_at) == ("2", 1, None)
        assert "2 cannot be read" in row.problem

    def test_it_backs_off_and_is_told_after_five_tries(
        self, source: TableSource, ask: Ask, moved: MovedClock
    ) -> None:
        source.broken = {"1"}
        ask("1")
        waits, told = [], []
        while CheckRequest.objects.exists():
            check_due()
            told.append(Finding.objects.filter(kind="not_checked").count())
            if row := CheckRequest.objects.first():
                waits.append((row.due_at - moved()) / timedelta(minutes=1))
                moved.moment = row.due_at

        assert waits == [1, 2, 4, 8, 16]
        assert told == [0, 0, 0, 0, 1, 1]
        assert results() == {"1": ["error"] * 6}

    def test_it_is_cured_by_the_next_check_that_works(
        self, source: TableSource, ask: Ask, moved: MovedClock
    ) -> None:
        source.broken = {"1"}
        source.say("1")
        ask("1")
        CheckRequest.objects.update(tries=5)
        check_due()
        source.broken = set()

        ask("1")
        check_due()

        assert Finding.objects.get().status == "cured"

    def test_what_is_asked_for_meanwhile_is_made_sooner_and_keeps_the_tries(
        self, source: TableSource, ask: Ask, moved: MovedClock
    ) -> None:
        source.broken = {"1"}
        ask("1")
        check_due()

        ask("1", trigger="callback")

        row = CheckRequest.objects.get()
        assert (row.tries, row.due_at, row.trigger) == (1, moved(), "callback")

    def test_a_difference_that_was_open_stays_open(self, source: TableSource, ask: Ask) -> None:
        source.say("1", told=LESS)
        ask("1")
        check_due()
        source.broken = {"1"}

        ask("1")
        check_due()

        assert Finding.objects.get().status == "open"

    def test_a_kind_that_nobody_knows_is_an_error_of_its_own(
        self, source: TableSource, ask: Ask
    ) -> None:
        source.say("1")
        ask("1", "2")
        CheckRequest.objects.filter(subject_id="2").update(subject_kind=SubjectKind.LOAN)

        check_due()

        assert results() == {"1": ["matched"], "2": ["error"]}
