from collections.abc import Callable
from datetime import timedelta
from threading import Event, Thread
from typing import Any

import pytest
from django.db import connection, transaction

from config.processes import wait_until
from core import states
from core.models import Step
from reconciliation.models import CheckRequest, Finding, TrailCursor
from reconciliation.operations.check_many import check_due
from reconciliation.operations.read_trail import read_trail
from reconciliation.queries.moments import next_check
from tests.sessions import somebody_waits
from tests.watching import TableSource
from tests.wire import MovedClock

Ask = Callable[..., int]
LIMIT_S = 120


def a_step(
    subject_id: str, *, kind: str = "Payment", old: str = "open", new: str = "paid"
) -> Step:
    return Step.objects.create(
        subject_type=kind, subject_id=subject_id, from_status=old, to_status=new,
        because="a test", actor="test", at="2026-11-21T08:00:00Z",
    )  # fmt: skip


@pytest.fixture
def trail(source: TableSource, moved: MovedClock) -> TableSource:
    """A trail that is read up to its end, and payments that its next steps are about."""
    source.say(*"123456789")
    read_trail(at=moved())
    return source


def asked() -> dict[str, str]:
    return dict(CheckRequest.objects.order_by("subject_id").values_list("subject_id", "trigger"))


class TestReading:
    def test_it_begins_at_the_end_of_what_there_is(
        self, source: TableSource, moved: MovedClock
    ) -> None:
        source.say("1", "2")
        a_step("1")

        assert read_trail(at=moved()) == 0
        a_step("2")
        assert read_trail(at=moved()) == 1
        assert asked() == {"2": "change"}

    def test_each_step_asks_once(self, trail: TableSource, moved: MovedClock) -> None:
        a_step("1")
        a_step("1")
        a_step("2", old="", new="open")
        read_trail(at=moved())
        first = asked()
        CheckRequest.objects.all().delete()

        assert first == {"1": "change", "2": "initiation"}
        assert read_trail(at=moved()) == 0
        assert asked() == {}

    def test_what_is_no_subject_asks_for_nothing(
        self, trail: TableSource, moved: MovedClock
    ) -> None:
        a_step("1", kind="Shortcode")
        a_step("nobody's")

        assert read_trail(at=moved()) == 0

    def test_our_own_steps_ask_for_nothing(self, trail: TableSource, moved: MovedClock) -> None:
        trail.say("1")
        with transaction.atomic():
            row = Finding(
                subject_kind="payment", subject_id="1", kind="late", severity="low",
                status="open", status_at=moved(), text="x", there_name="x", opened_at=moved(),
                seen_at=moved(),
            )  # fmt: skip
            states.begin([row], at=moved(), because="a test", actor="test")

        assert read_trail(at=moved()) == 0

    def test_many_are_read_in_batches(self, trail: TableSource, moved: MovedClock) -> None:
        for each in "123456789":
            a_step(each)

        first = read_trail(at=moved(), batch=2, batches_max=1)
        rest = read_trail(at=moved(), batch=2)

        assert (first, rest) == (2, 7)
        assert sorted(asked()) == list("123456789")

    def test_a_check_that_saw_the_step_is_not_made_again(
        self, trail: TableSource, ask: Ask, moved: MovedClock
    ) -> None:
        with transaction.atomic():
            a_step("1")
            with transaction.atomic():
                a_step("2")
            ask("1", "2", trigger="callback")
        check_due()

        assert read_trail(at=moved()) == 0
        a_step("1")
        assert read_trail(at=moved()) == 1

    def test_it_is_due_while_something_is_unread(
        self, trail: TableSource, moved: MovedClock
    ) -> None:
        before = next_check(at=moved())
        a_step("1")
        unread = next_check(at=moved())
        read_trail(at=moved())
        CheckRequest.objects.update(due_at=moved() + timedelta(minutes=2))

        assert (before, unread) == (None, moved())
        assert next_check(at=moved()) == moved() + timedelta(minutes=2)


class TestLateCommits:
    def test_what_commits_late_is_read_late(self, trail: TableSource, moved: MovedClock) -> None:
        with another_session_writes("1", "2") as commit:
            a_step("3")
            early = (read_trail(at=moved()), sorted(asked()))
            moved.forward(minutes=10)
            still = read_trail(at=moved())
            commit()

        assert (early, still) == ((1, ["3"]), 0)
        assert read_trail(at=moved()) == 2
        assert sorted(asked()) == ["1", "2", "3"]
        assert TrailCursor.objects.get().gaps == {}

    def test_half_of_a_gap_may_come_before_the_other(
        self, trail: TableSource, moved: MovedClock
    ) -> None:
        with another_session_writes("1") as commit_first:
            with another_session_writes("2") as commit_second:
                a_step("3")
                read_trail(at=moved())
                commit_second()
            first = (read_trail(at=moved()), sorted(asked()))
            commit_first()

        assert first == (1, ["2", "3"])
        assert read_trail(at=moved()) == 1

    def test_what_is_taken_back_is_not_waited_for(
        self, trail: TableSource, moved: MovedClock
    ) -> None:
        with transaction.atomic():
            a_step("1")
            transaction.set_rollback(True)
        a_step("2")
        read_trail(at=moved())
        waited_for = len(TrailCursor.objects.get().gaps)
        moved.forward(minutes=2)

        read_trail(at=moved())

        assert (waited_for, TrailCursor.objects.get().gaps) == (1, {})

    def test_the_first_reading_waits_for_what_was_under_way(
        self, source: TableSource, moved: MovedClock
    ) -> None:
        source.say("1", "2")
        a_step("2")
        with another_session_writes("1") as commit:
            a_step("2")
            read_trail(at=moved())
            commit()

        assert read_trail(at=moved()) == 1
        assert sorted(asked()) == ["1"]

    def test_only_one_reads_at_a_time(
        self, trail: TableSource, moved: MovedClock, together: Callable[..., list[Any]]
    ) -> None:
        for each in "123456789":
            a_step(each)

        answers = together(*[lambda: read_trail(at=moved(), batch=3)] * 3)

        assert not [each for each in answers if isinstance(each, Exception)]
        assert sum(answers) + read_trail(at=moved()) == 9


class TestOthersInTheQueue:
    def test_nobody_waits_in_a_ring(
        self, trail: TableSource, ask: Ask, moved: MovedClock, together: Callable[..., list[Any]]
    ) -> None:
        a_step("2", old="", new="open")
        a_step("1")
        held = Event()

        def other() -> int:
            with transaction.atomic():
                ask("1")
                held.set()
                assert wait_until(somebody_waits, limit_s=LIMIT_S)
                return ask("2")

        def reader() -> int:
            held.wait(timeout=LIMIT_S)
            return read_trail(at=moved())

        assert together(other, reader) == [1, 2]


class another_session_writes:  # noqa: N801 - it reads as a sentence
    """Steps of a transaction that is open until it is told to commit."""

    def __init__(self, *subject_ids: str) -> None:
        self.subject_ids = subject_ids
        self.written, self.may_commit = Event(), Event()

    def __enter__(self) -> Callable[[], None]:
        self.thread = Thread(target=self._write)
        self.thread.start()
        self.written.wait(timeout=LIMIT_S)
        return self._commit

    def __exit__(self, *_: object) -> None:
        self._commit()

    def _write(self) -> None:
        try:
            with transaction.atomic():
                for each in self.subject_ids:
                    a_step(each)
                self.written.set()
                self.may_commit.wait(timeout=LIMIT_S)
        finally:
            connection.close()

    def _commit(self) -> None:
        self.may_commit.set()
        self.thread.join(timeout=LIMIT_S)
