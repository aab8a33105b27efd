"""11. Any number of workers and schedulers may run at once."""

from typing import Any

from config.schedules import SWEEPS, run_job
from disbursements.models import DisbursementRequest
from gateways.simulator import Simulator
from tests.wire import MovedClock, Wire

JOBS = ["deliver", "recover", "send", "retry", "ask", "resume", "seal"]


class TestTwoSchedulers:
    def test_each_with_all_jobs_pay_everybody_once(
        self, wire: Wire, simulator: Simulator, pay: Any, moved: MovedClock, together: Any,
        books: Any,
    ) -> None:  # fmt: skip
        simulator.change_faults("stormy", seed=3)
        rows = [pay(f"1{number:04d}") for number in range(30)]
        errors: list[Any] = []

        def scheduler() -> None:
            for name in JOBS:
                run_job(name)

        for _ in range(12):
            wire.deliver()
            results = together(scheduler, scheduler)
            errors += [each for each in results if isinstance(each, Exception)]
            moved.forward(minutes=2)
        wire.run(hours=100)

        assert errors == []
        assert DisbursementRequest.objects.filter(status="queued").count() == 0
        assert len(simulator.book.moves) >= len(rows) * 0.8
        assert books.differences() == []

    def test_the_same_hint_twice_is_one_payment(
        self, wire: Wire, simulator: Simulator, pay: Any, together: Any, books: Any
    ) -> None:
        pay()

        together(*[lambda: run_job("send")] * 6)

        wire.run()
        assert len(simulator.book.moves) == books.attempts() == 1
        assert SWEEPS["send"].next_moment(at=wire.clock()) is None
        assert books.differences() == []
