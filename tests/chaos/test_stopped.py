"""A worker that stands still past its lease, and database sessions that end in mid-batch."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import Any

from disbursements.jobs import recover, retry, send
from disbursements.models import DisbursementRequest, DisbursementRetryLog
from tests.chaos.conftest import end_sessions
from tests.chaos.provider import PAYMENT, Provider
from tests.wire import Wire

Start = Callable[..., Any]
Payees = Callable[[int], list[DisbursementRequest]]


def shorten_leases() -> None:
    """As if the lease had run out long ago."""
    past = datetime.now(UTC) - timedelta(hours=1)
    DisbursementRequest.objects.filter(status="sending").update(lease_until=past)


def wait_until_accepted(row: DisbursementRequest) -> None:
    """Until the worker has written down what the provider said."""
    patience = Event()
    for _ in range(2_400):
        row.refresh_from_db()
        if row.status == "accepted":
            return
        patience.wait(0.05)
    raise AssertionError(f"still {row.status}")


class TestZombie:
    def test_stopped_past_its_lease_it_keeps_its_payouts(
        self, start: Start, provider: Provider, payees: Payees, aftermath: Any, wire: Wire
    ) -> None:
        payees(3)
        gate = provider.hold(PAYMENT, "before")
        worker = start("sweep", "send")
        provider.wait_held(gate, 3)
        worker.stop()
        shorten_leases()

        meanwhile = [recover(), send(), retry()]
        worker.go_on()
        provider.open(gate)

        assert worker.ended() == 0
        assert meanwhile == [0, 0, 0]
        assert set(DisbursementRequest.objects.values_list("status", flat=True)) == {"accepted"}
        assert aftermath.statuses() == {"completed": 3}
        assert DisbursementRetryLog.objects.count() == 3

    def test_stopped_and_its_session_ended_the_late_call_is_the_only_one(
        self, start: Start, provider: Provider, payees: Payees, aftermath: Any, wire: Wire
    ) -> None:
        payees(3)
        gate = provider.hold(PAYMENT, "before")
        worker = start("sweep", "send")
        provider.wait_held(gate, 3)
        worker.stop()
        end_sessions()
        shorten_leases()

        recovered = recover()
        worker.go_on()
        provider.open(gate)
        worker.ended()

        assert recovered == 3
        assert aftermath.statuses() == {"completed": 3}
        assert DisbursementRetryLog.objects.count() == 3


class TestDatabaseSessions:
    def test_ended_in_mid_batch(
        self, start: Start, provider: Provider, payees: Payees, aftermath: Any
    ) -> None:
        payees(60)
        gate = provider.hold(PAYMENT, "after", free=10)
        worker = start("sweep", "send")
        provider.wait_held(gate, 10)

        end_sessions()
        provider.open(gate)

        worker.ended()
        assert aftermath.statuses() == {"completed": 60}

    def test_a_worker_that_sweeps_for_ever_works_again_afterwards(
        self, start: Start, provider: Provider, pay: Any, aftermath: Any
    ) -> None:
        row = pay("00001")
        worker = start("sweep", "send", "--every", "0.1")
        provider.wait_for(lambda: provider.calls[PAYMENT] == 1, "the first payout")
        wait_until_accepted(row)
        end_sessions()

        pay("00002")

        provider.wait_for(lambda: provider.calls[PAYMENT] == 2, "the second payout")
        worker.kill()
        assert aftermath.statuses() == {"completed": 2}
