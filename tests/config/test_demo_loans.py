"""The demo's loans: sixty are paid and booked, three of them only after the desk mended it."""

import pytest
import requests

from config.demo import lenders
from config.demo.lent import Lending, LoanFigures
from config.demo.rehearsal import FAULTS, SEED
from config.schedules import SWEEPS
from gateways.http import connections
from loans.models import LoanTracking, MifosConnection
from tests.wire import MIFOS_HOST, Wire

SWEPT = ("deliver", "recover", "send", "retry", "ask", "resume", "loans", "sync_loans")
REFUSED = 3


@pytest.fixture
def lending(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> Lending:
    """The lenders, set up under the demo's faults."""
    monkeypatch.setattr(requests, "request", connections.session().request)
    monkeypatch.setattr(lenders, "host", lambda: MIFOS_HOST)
    lenders.set_up(at=wire.clock())
    wire.simulator.change_faults(FAULTS, seed=SEED)
    return Lending(at=wire.clock())


def work(wire: Wire, lending: Lending) -> None:
    """Sweep, as the demo does, as long as something is under way."""
    while lending.is_under_way():
        wire.deliver()
        while sum(SWEEPS[name].run() for name in SWEPT):
            wire.deliver()
        wire.clock.forward(minutes=5)


class TestLoans:
    def test_three_end_paid_not_booked_and_the_desk_solves_them(
        self, wire: Wire, lending: Lending
    ) -> None:
        work(wire, lending)
        wire.simulator.change_faults("none")

        refused = lending.put_right()
        work(wire, lending)

        found = lending.figures()
        assert (refused, len(found.not_booked)) == (REFUSED, REFUSED), found
        assert found.books_agree, found
        assert (found.approved, found.tracked) == (60, 60)
        assert found.paid + found.in_doubt == 60, found
        assert found.booked == found.booked_there == found.paid

    def test_a_second_time_adds_nothing(self, wire: Wire, lending: Lending) -> None:
        rows = MifosConnection.objects.count()

        lenders.set_up(at=wire.clock())

        assert MifosConnection.objects.count() == rows == len(lenders.LENDERS)
        assert len(wire.simulator.fineract.state.journal.tables["loan"]) == 60
        assert LoanTracking.objects.count() == 0


def figures(**changed: object) -> LoanFigures:
    values = {
        "approved": 2, "tracked": 2, "paid": 2, "paid_minor": 300, "moved": 2, "moved_minor": 300,
        "booked": 2, "booked_there": 2, "receipts_agree": True, "not_booked": {}, "waiting": {},
        "in_doubt": 0, "paid_twice": 0, "booked_twice": 0, "breaks": [],
    }  # fmt: skip
    return LoanFigures(**values | changed)  # type: ignore[arg-type]


class TestBooks:
    def test_they_agree(self) -> None:
        assert figures().books_agree

    @pytest.mark.parametrize(
        "changed",
        [
            {"moved": 3}, {"moved_minor": 301}, {"booked_there": 1}, {"receipts_agree": False},
            {"paid_twice": 1}, {"booked_twice": 1}, {"breaks": ["one"]},
        ],
    )  # fmt: skip
    def test_they_differ(self, changed: dict[str, object]) -> None:
        assert not figures(**changed).books_agree
