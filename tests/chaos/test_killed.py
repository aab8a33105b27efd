"""SIGKILL at the worst moments: between claim and call, between call and record, while asking."""

from collections.abc import Callable
from typing import Any

from disbursements.models import DisbursementRequest, DisbursementRetryLog
from disbursements.models import StatusQuestion as Question
from tests.chaos.provider import PAYMENT, STATUS, TOKEN, Provider
from tests.wire import Wire

Start = Callable[..., Any]
Payees = Callable[[int], list[DisbursementRequest]]


class TestSender:
    def test_killed_between_claim_and_call_nothing_moved_and_it_is_proven(
        self, start: Start, provider: Provider, payees: Payees, aftermath: Any
    ) -> None:
        payees(3)
        gate = provider.hold(TOKEN, "before")
        worker = start("sweep", "send")
        provider.wait_held(gate)

        worker.kill()
        provider.open(gate)

        first = DisbursementRetryLog.objects.filter(retry_attempt=1)
        assert set(DisbursementRequest.objects.values_list("status", flat=True)) == {"sending"}
        assert provider.calls[PAYMENT] == 0
        assert aftermath.statuses() == {"completed": 3}
        assert set(first.values_list("outcome", "proof")) == {("not_paid", "not_found_twice")}

    def test_killed_between_call_and_record_the_money_is_found_and_not_sent_again(
        self, start: Start, provider: Provider, payees: Payees, aftermath: Any, wire: Wire
    ) -> None:
        payees(3)
        gate = provider.hold(PAYMENT, "after")
        worker = start("sweep", "send")
        provider.wait_held(gate, 3)

        worker.kill()
        provider.open(gate)

        assert set(DisbursementRequest.objects.values_list("status", flat=True)) == {"sending"}
        assert aftermath.statuses() == {"completed": 3}
        assert DisbursementRetryLog.objects.count() == 3
        assert wire.paths.count(PAYMENT) == 0

    def test_killed_in_mid_batch_with_every_callback_lost(
        self, start: Start, provider: Provider, pay: Any, aftermath: Any
    ) -> None:
        for number in range(45):
            pay("99201", reference=f"REF-{number}")
        gate = provider.hold(PAYMENT, "after", free=20)
        worker = start("sweep", "send")
        provider.wait_held(gate, 10)

        worker.kill()
        provider.open(gate)

        assert aftermath.statuses() == {"completed": 45}
        assert DisbursementRetryLog.objects.filter(outcome="paid").count() == 45


class TestAsker:
    def test_killed_while_asking_it_is_asked_again(
        self, start: Start, provider: Provider, pay: Any, aftermath: Any, wire: Wire
    ) -> None:
        from config.schedules import SWEEPS

        for number in range(3):
            pay("99201", reference=f"REF-{number}")
        SWEEPS["send"].run()
        wire.drop()
        DisbursementRequest.objects.update(ask_at=wire.clock())
        gate = provider.hold(STATUS, "before")
        worker = start("sweep", "ask")
        provider.wait_held(gate, 3)

        worker.kill()
        provider.open(gate)

        assert Question.objects.count() == 3
        assert aftermath.statuses() == {"completed": 3}
