import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from config import schedules
from config.management.commands.sweep import sweep_until_idle
from config.schedules import Sweep
from core import clock
from tests.wire import Wire


def sweep(*arguments: str, **options: Any) -> dict[str, Any]:
    out = StringIO()
    call_command("sweep", *arguments, json=True, stdout=out, **options)
    return json.loads(out.getvalue())


def break_off() -> int:
    raise RuntimeError("broken")


class TestSweep:
    def test_it_says_how_much_each_did(self, wire: Wire, pay: Any) -> None:
        pay("00001")

        found = sweep("send", "ask")

        assert found == {"done": {"send": 1, "ask": 0}, "brokeOff": []}

    def test_an_unknown_name_is_bad_usage(self) -> None:
        with pytest.raises(CommandError, match="No sweep is called 'sned'") as refused:
            sweep("sned")

        assert refused.value.returncode == 2

    def test_until_idle_ends_when_only_a_person_can_go_on(self, wire: Wire, pay: Any) -> None:
        paid, waits = pay("00001"), pay("99001")
        wire.run()

        found = sweep("deliver", "recover", "send", "retry", "ask", until_idle=True)

        paid.refresh_from_db()
        waits.refresh_from_db()
        assert (paid.status, waits.status) == ("completed", "parked")
        assert set(found["done"].values()) == {0}

    def test_one_that_breaks_off_stops_no_other(
        self, wire: Wire, pay: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(schedules.SWEEPS, "ask", Sweep(run=break_off, every_minutes=1))
        pay("00001")
        out = StringIO()

        with pytest.raises(CommandError, match=r"Broke off: ask\.") as failed:
            call_command("sweep", "ask", "send", json=True, stdout=out)

        assert failed.value.returncode == 1
        assert json.loads(out.getvalue()) == {"done": {"ask": 0, "send": 1}, "brokeOff": ["ask"]}

    def test_with_every_the_last_round_counts(
        self, wire: Wire, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        rounds = iter([break_off, lambda: 0])
        once_broken = Sweep(run=lambda: next(rounds)(), every_minutes=1)
        monkeypatch.setitem(schedules.SWEEPS, "ask", once_broken)
        waited = iter([None])

        def wait(*, seconds: float) -> None:
            if next(waited, "no more") is not None:
                raise KeyboardInterrupt

        monkeypatch.setattr(clock, "wait", wait)

        found = sweep("ask", every=30)

        assert found == {"done": {"ask": 0}, "brokeOff": []}

    def test_one_that_always_breaks_off_ends_until_idle_with_an_error(
        self, engine_db: None, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(schedules.SWEEPS, "ask", Sweep(run=break_off, every_minutes=1))

        with pytest.raises(CommandError, match="ask breaks off each time"):
            sweep("ask", until_idle=True)


@pytest.mark.django_db
class TestBeside:
    def test_what_runs_beside_is_not_waited_for(
        self, moved: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ran = []
        far = Sweep(run=lambda: len(ran.append(1) or ()), every_minutes=1, job="far")
        monkeypatch.setitem(schedules.SWEEPS, "far", far)
        monkeypatch.setitem(schedules.MOMENTS, "far", lambda at: at.replace(year=at.year + 1))

        sweep_until_idle([], {"far": 0}, beside=["far"])

        assert ran == [1]

    def test_it_goes_on_as_long_as_somebody_is_busy(
        self, moved: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ran: list[int] = []
        beside = Sweep(run=lambda: len(ran.append(1) or ()), every_minutes=1)
        monkeypatch.setitem(schedules.SWEEPS, "beside", beside)

        sweep_until_idle([], {"beside": 0}, beside=["beside"], is_busy=lambda: len(ran) < 5)

        assert len(ran) == 5
