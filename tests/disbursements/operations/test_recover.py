"""Rows that a dead sender left in the middle; a living one keeps its fence."""

from datetime import timedelta
from typing import Any

from core import locks
from core.models import Alert
from disbursements.models import DisbursementRequest
from disbursements.operations.claim import LEASE_S, attempt_lock, claim
from disbursements.operations.recover import recover_expired
from gateways.memory import MemoryProvider
from tests.sessions import leave_session
from tests.wire import MovedClock


def claimed_row(pay: Any, shortcode: Any, moved: MovedClock, digits: str = "00001") -> Any:
    row = pay(digits)
    [claimed] = claim(shortcode=shortcode, status="queued", at=moved())
    row.refresh_from_db()
    return row, claimed


class TestRecover:
    def test_a_dead_sender_leaves_an_unknown_outcome(
        self, pay: Any, a_shortcode: Any, memory: MemoryProvider, moved: MovedClock
    ) -> None:
        row, _ = claimed_row(pay, a_shortcode, moved)
        leave_session()
        moved.forward(seconds=LEASE_S + 1)

        assert recover_expired() == 1

        row.refresh_from_db()
        assert (row.status, row.lease_until) == ("unknown", None)
        assert row.ask_at == moved() + timedelta(minutes=2)

    def test_a_lease_that_runs_is_left_alone(
        self, pay: Any, a_shortcode: Any, memory: MemoryProvider, moved: MovedClock
    ) -> None:
        row, _ = claimed_row(pay, a_shortcode, moved)
        leave_session()
        moved.forward(seconds=LEASE_S - 1)

        assert recover_expired() == 0

        row.refresh_from_db()
        assert row.status == "sending"

    def test_a_sender_that_lives_keeps_its_payout_and_staff_hear_of_it(
        self, pay: Any, a_shortcode: Any, memory: MemoryProvider, moved: MovedClock, together: Any
    ) -> None:
        row, claimed = claimed_row(pay, a_shortcode, moved)
        moved.forward(hours=1)

        [recovered] = together(recover_expired)

        row.refresh_from_db()
        assert (recovered, row.status) == (0, "sending")
        assert Alert.objects.get().kind == "sender_stuck"
        locks.free_session_locks([attempt_lock(claimed.attempt)])
        assert together(recover_expired) == [1]

    def test_stuck_payouts_do_not_stand_in_the_way_of_others(
        self, pay: Any, a_shortcode: Any, memory: MemoryProvider, moved: MovedClock,
        together: Any, monkeypatch: Any,
    ) -> None:  # fmt: skip
        monkeypatch.setattr("disbursements.operations.recover.BATCH_MAX", 2)
        stuck = [claimed_row(pay, a_shortcode, moved, f"0000{n}")[0] for n in range(2)]
        moved.forward(seconds=1)
        dead, claimed = claimed_row(pay, a_shortcode, moved, "00009")
        locks.free_session_locks([attempt_lock(claimed.attempt)])
        moved.forward(hours=1)

        assert together(recover_expired) == [1]

        dead.refresh_from_db()
        statuses = DisbursementRequest.objects.filter(pk__in=[row.pk for row in stuck])
        assert dead.status == "unknown"
        assert set(statuses.values_list("status", flat=True)) == {"sending"}

    def test_four_recoverers_recover_each_once(
        self, pay: Any, a_shortcode: Any, memory: MemoryProvider, moved: MovedClock, together: Any
    ) -> None:
        for number in range(20):
            pay(f"1{number:04d}")
        claim(shortcode=a_shortcode, status="queued", at=moved())
        leave_session()
        moved.forward(hours=1)

        recovered = together(*[recover_expired] * 4)

        assert sum(recovered) == 20
        assert DisbursementRequest.objects.filter(status="unknown").count() == 20
