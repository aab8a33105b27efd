"""A sender whose database session ended calls no more, however it comes to know."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event, Thread
from typing import Any

import pytest
from django.db import connection

from core import locks
from disbursements.models import DisbursementRequest
from disbursements.operations import record, send
from disbursements.operations.fence import LOOK_AGE_S_MAX, Fence
from disbursements.operations.send import send_due
from gateways.memory import MemoryProvider
from tests.sessions import end_session, my_session

MY_LOCKS = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()"


def from_elsewhere(work: Any) -> Any:
    """Do it in a session of its own."""

    def run() -> Any:
        try:
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(run).result(timeout=120)


class TestFence:
    def test_it_holds_while_the_session_lives(self, engine_db: None) -> None:
        fence = Fence()

        fence.look()

        assert fence.holds()

    def test_it_is_lost_with_the_session(self, engine_db: None) -> None:
        fence, pid = Fence(), my_session()
        from_elsewhere(lambda: end_session(pid))

        fence.look()

        assert not fence.holds()

    def test_a_new_session_is_not_the_old_one(self, engine_db: None) -> None:
        fence = Fence()
        connection.close()

        fence.look()
        fence.look()

        assert not fence.holds()

    def test_after_a_long_stop_it_looks_before_it_lets_anything_go(self, engine_db: None) -> None:
        fence, answers, asked = Fence(), [], Event()
        fence._looked_s -= LOOK_AGE_S_MAX + 1

        def ask() -> None:
            asked.set()
            answers.append(fence.holds())

        thread = Thread(target=ask)
        thread.start()
        asked.wait(60)
        before = list(answers)
        connection.close()
        fence.look()
        thread.join(60)

        assert (before, answers) == ([], [False])


class TestSenderWithoutFence:
    @pytest.fixture
    def many(self, pay: Any) -> list[DisbursementRequest]:
        return [pay(f"1{number:04d}") for number in range(send.THREADS + 20)]

    def test_a_session_lost_between_two_looks_stops_every_later_call(
        self, many: list[DisbursementRequest], memory: MemoryProvider, monkeypatch: Any
    ) -> None:
        accepted, ended, called = record.record_accepted, [], []

        def lose_session_once(answered: Any, *, at: Any) -> None:
            if not ended:
                pid = my_session()
                from_elsewhere(lambda: end_session(pid))
                ended.append(pid)
                called.append(len(memory.calls))
            accepted(answered, at=at)

        monkeypatch.setattr(send, "THREADS", 1)
        monkeypatch.setattr(record, "record_accepted", lose_session_once)
        hold_back_calls(memory, monkeypatch, ended)

        send_due()

        assert ended
        assert len(memory.calls) <= called[0] + 2
        assert DisbursementRequest.objects.filter(status="sending").exists()

    def test_its_fences_are_given_back(
        self, many: list[DisbursementRequest], memory: MemoryProvider
    ) -> None:
        send_due()

        with connection.cursor() as cursor:
            cursor.execute(MY_LOCKS)
            assert cursor.fetchone()[0] == 0
        assert locks.try_session_locks([]) == set()


def hold_back_calls(memory: MemoryProvider, monkeypatch: Any, ended: list[int]) -> None:
    """The second call waits for the session's end, each later one for a look after that."""
    pay, look, calls, gate, looked = memory.pay, Fence.look, [], Event(), Event()

    def look_and_tell(fence: Fence) -> None:
        look(fence)
        if ended:
            looked.set()

    def wait_and_pay(order: Any, shortcode: str) -> Any:
        calls.append(order)
        while len(calls) == 2 and not ended:
            gate.wait(0.01)
        if len(calls) > 2:
            looked.wait(60)
        return pay(order, shortcode)

    memory.pay = wait_and_pay  # type: ignore[method-assign]
    monkeypatch.setattr(Fence, "look", look_and_tell)
