"""Which checks are taken when others are held, or when there are more than can be made."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from threading import Event, Thread
from typing import Any

import pytest
from django.db import connection

from core import clock
from reconciliation.models import CheckRequest
from reconciliation.operations.check_many import check_due
from reconciliation.operations.claim_checks import BUSY_LEASE, LEASE, claimed
from tests.watching import TableSource, results
from tests.wire import MovedClock

Ask = Callable[..., int]


@pytest.fixture
def paused(source: TableSource, ask: Ask, moved: MovedClock) -> Iterator[Callable[[], None]]:
    """A worker that holds its claims of 1 and 2, long after its lease, until it is told to go."""
    source.say(*"123")
    ask("1", "2")
    held, may_go = Event(), Event()

    def work() -> None:
        try:
            with claimed(at=clock.database_now()):
                held.set()
                may_go.wait(timeout=60)
        finally:
            connection.close()

    worker = Thread(target=work)
    worker.start()
    held.wait(timeout=60)
    moved.moment += LEASE + timedelta(seconds=1)

    def go() -> None:
        may_go.set()
        worker.join(timeout=60)

    yield go
    go()


class TestPausedWorkers:
    def test_what_one_holds_keeps_nobody_from_the_rest(
        self, paused: Callable[[], None], ask: Ask
    ) -> None:
        ask("3", trigger="periodic")

        assert check_due(batch=2) == 1
        assert results() == {"3": ["matched"]}

    def test_what_it_held_is_taken_over_soon_after_it_died(
        self, paused: Callable[[], None], moved: MovedClock
    ) -> None:
        while_held = check_due(batch=2)
        paused()
        moved.moment += BUSY_LEASE + timedelta(seconds=1)

        assert (while_held, check_due(batch=2)) == (0, 2)

    def test_what_others_wait_for_is_passed_by(
        self, source: TableSource, ask: Ask, together: Callable[..., list[Any]], moved: MovedClock
    ) -> None:
        source.say(*"123")
        ask("1", "2")
        with claimed(at=clock.database_now()):
            ask("1", "2")
            ask("3", trigger="periodic")

            (elsewhere,) = together(lambda: check_due(batch=2))

        assert elsewhere == 1
        assert results() == {"3": ["matched"]}
        assert CheckRequest.objects.count() == 4


class TestMoreThanCanBeMade:
    def test_what_can_wait_has_its_part_of_each_round(self, source: TableSource, ask: Ask) -> None:
        urgent = [f"urgent-{number}" for number in range(60)]
        source.say(*urgent, "bulk", "periodic")
        ask(*urgent, trigger="callback")
        ask("bulk", trigger="bulk_manual")
        ask("periodic", trigger="periodic")

        check_due(batches_max=1, batch=40)

        assert {"bulk", "periodic"} <= set(results())
        assert len(results()) == 40

    def test_it_takes_no_more_than_its_part(self, source: TableSource, ask: Ask) -> None:
        urgent = [f"urgent-{number}" for number in range(60)]
        later = [f"later-{number}" for number in range(60)]
        source.say(*urgent, *later)
        ask(*later, trigger="periodic")
        ask(*urgent, trigger="callback")

        check_due(batches_max=1, batch=40)

        assert sum(each.startswith("later") for each in results()) == 2
