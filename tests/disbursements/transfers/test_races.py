"""Two senders at once, a sender that dies anywhere, one that stands still: paid once."""

from threading import Event
from typing import Any

import pytest
from django.db import connection

from disbursements.models import DisbursementRequest
from disbursements.operations.claim import LEASE_S
from disbursements.operations.prove_books import breaks
from disbursements.operations.recover import recover_expired
from disbursements.operations.send import send_due
from tests.disbursements.transfers.conftest import Won
from tests.sessions import leave_session
from tests.striping import paid_twice, transfers
from tests.winners import attempts, payout, payouts
from tests.wire import MovedClock, Wire

CREATE = "/v1/transfers"
# More statements than one sender makes for one payout.
STATEMENTS_MAX = 60


class Died(BaseException):
    """The process ends here."""


class Dying:
    """Lets so many statements of this session pass, and then none any more."""

    def __init__(self, after: int) -> None:
        self.left = after

    def __call__(self, execute: Any, *args: Any) -> Any:
        if self.left <= 0:
            raise Died
        self.left -= 1
        return execute(*args)


def die_after(statements: int) -> None:
    """Send what is due and die before one more statement; the database hears nothing of it."""
    connection.ensure_connection()
    try:
        with connection.execute_wrapper(Dying(statements)):
            send_due()
    except Died:
        leave_session()


class TestManyAtOnce:
    def test_six_senders_and_two_recoverers_over_the_same_winners(
        self, won: Won, wire: Wire, together: Any
    ) -> None:
        job = won({f"user-{number}": 100 + number for number in range(40)})

        results = together(*[send_due] * 6, *[recover_expired] * 2)

        assert [each for each in results if isinstance(each, Exception)] == []
        assert sum(results[:6]) == len(transfers(wire)) == 40
        assert wire.paths.count(CREATE) == 40
        assert {row.status for row in payouts(job).values()} == {"completed"}
        assert (paid_twice(wire), list(breaks())) == ([], [])


class TestDeath:
    @pytest.mark.parametrize("first", range(0, STATEMENTS_MAX, 10))
    def test_wherever_the_sender_dies_the_winner_is_paid_once(
        self, won: Won, wire: Wire, moved: MovedClock, first: int
    ) -> None:
        jobs = {}
        for after in range(first, first + 10):
            jobs[after] = won({f"user-{after}": 100})
            die_after(after)
            send_due()
        moved.forward(seconds=LEASE_S + 1)

        wire.run(hours=72)

        rows = {after: payout(job) for after, job in jobs.items()}
        assert {after: row.status for after, row in rows.items()} == dict.fromkeys(
            rows, "completed"
        )
        assert {len(attempts(row)) for row in rows.values()} == {1}
        assert (len(transfers(wire)), paid_twice(wire), list(breaks())) == (10, [], [])

    def test_sixty_statements_are_enough_for_a_whole_send(self, won: Won) -> None:
        job = won()

        with connection.execute_wrapper(Dying(STATEMENTS_MAX)):
            send_due()

        assert payout(job).status == "completed"


class TestZombie:
    def test_a_sender_that_stands_still_past_its_lease_keeps_its_winner(
        self, won: Won, wire: Wire, moved: MovedClock, together: Any
    ) -> None:
        job, inside, wake = won(), Event(), Event()
        row = payout(job)

        def stand_still(path: str) -> None:
            if path == CREATE:
                inside.set()
                wake.wait(120)

        def meanwhile() -> list[Any]:
            inside.wait(120)
            moved.forward(seconds=LEASE_S + 60)
            seen = [recover_expired(), send_due(), send_due(status="retrying")]
            seen.append(DisbursementRequest.objects.get(pk=row.pk).status)
            wake.set()
            return seen

        wire.before_call = stand_still
        sent, seen = together(send_due, meanwhile)

        assert (sent, seen) == (1, [0, 0, 0, "sending"])
        assert (payout(job).status, len(transfers(wire))) == ("completed", 1)
