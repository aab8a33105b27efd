"""The loan servers under the contract: in memory, and our adapter on the simulated Mifos X.

A test module imports the fixtures, and uses `server` and `moment`. `new_family` and `old_family`
are the two ways of Mifos X to filter lists (fineract.md 2.1); `over_http` goes through sockets.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest

from core import clock
from gateways.errors import GatewayError
from gateways.http.addresses import IPv4Network
from gateways.interface import (
    DisbursalOrder,
    Exchange,
    LoanAccess,
    LoanBook,
    LoanDesk,
)
from gateways.memory import LoanFault, MemoryLoans, memory_loan_book, memory_loan_desk
from gateways.registry import loan_book, loan_desk, use_loan_book
from gateways.simulator import Simulator
from gateways.simulator.server import SimulatorServer
from tests import lending
from tests.wire import MovedClock, Wire

FIXTURES = ["in_memory", "new_family", "old_family", "over_http"]
ACCESS = LoanAccess(
    owner="umoja", host=lending.HOST, tenant="umoja", username=lending.USERNAME,
    password=lending.PASSWORD,
)  # fmt: skip
TODAY = "2026-11-21"
# What goes wrong with a booking: in memory, and how the simulator calls it.
FAULTS: dict[str, tuple[LoanFault, str]] = {
    "lost": (LoanFault.LOST, "book_lost"),
    "dropped": (LoanFault.SLOW, "book_drop"),
    "error": (LoanFault.ERROR, "book_500_not_done"),
    "error_done": (LoanFault.ERROR_DONE, "book_500_done"),
    "locked": (LoanFault.LOCKED, "book_409_locked"),
    "conflict": (LoanFault.CONFLICT, "book_409_conflict"),
    "in_progress": (LoanFault.IN_PROGRESS, "book_425"),
    "busy": (LoanFault.BUSY, "book_503"),
    "unknown_user": (LoanFault.UNKNOWN_USER, "book_401"),
    "denied": (LoanFault.DENIED, "book_403_permission"),
    "rule": (LoanFault.RULE, "book_403_rule"),
}


@dataclass
class Keeper:
    """Counts what leaves, keeps what came, and stops what it is told to."""

    calls: int = 0
    stops: Exception | None = None
    exchanges: list[Exchange] = field(default_factory=list)

    def before_call(self) -> None:
        if self.stops is not None:
            raise self.stops
        self.calls += 1

    def after_call(self, exchange: Exchange) -> None:
        self.exchanges.append(exchange)


@dataclass(frozen=True, kw_only=True)
class Server:
    """One tenant with a user that may all that we need."""

    book: LoanBook
    desk: LoanDesk
    keeper: Keeper
    approve: Callable[..., int]
    undo: Callable[[int], Any]
    disburse_there: Callable[[int], Any]
    next_fault: Callable[[int, str], None]
    check: Callable[[int, bool], Any]
    wants_checker: Callable[[], Any]
    on_day: Callable[[str], Any]
    version: str = lending.NEW


@pytest.fixture
def moment() -> Iterator[MovedClock]:
    found = MovedClock()
    with clock.reading_from(found):
        yield found


@pytest.fixture(params=FIXTURES)
def server(request: pytest.FixtureRequest, moment: MovedClock) -> Server:
    return request.getfixturevalue(request.param)


@pytest.fixture(params=[name for name in FIXTURES if name != "old_family"])
def keyed(request: pytest.FixtureRequest, moment: MovedClock) -> Server:
    """A server that knows idempotency keys and looks up by external id (1.9 and later)."""
    return request.getfixturevalue(request.param)


@pytest.fixture
def in_memory() -> Iterator[Server]:
    loans = MemoryLoans()
    keeper = Keeper()

    def approve(loan_id: int | None = None, *, several: bool = False, **changes: Any) -> int:
        number = loan_id or len(loans.loans) + 1
        loans.approve(number, several_disbursals=several, **changes)
        return number

    with use_loan_book(memory_loan_book(loans), memory_loan_desk(loans)):
        yield Server(
            book=loan_book(ACCESS, keeper),
            desk=loan_desk(ACCESS, keeper),
            keeper=keeper,
            approve=approve,
            undo=loans.undo,
            disburse_there=loans.disburse_there,
            next_fault=lambda loan_id, name: loans.next_fault("record", FAULTS[name][0]),
            check=lambda command_id, approved: loans.decide(command_id, approved=approved),
            wants_checker=lambda: setattr(loans, "checks", True),
            on_day=lambda day: setattr(loans, "business_day", date.fromisoformat(day)),
        )


@pytest.fixture
def new_family(key_pair: Any, moment: MovedClock) -> Iterator[Server]:
    with _on_the_wire(key_pair, moment) as wire:
        yield _simulated(wire, ACCESS, lending.NEW)


@pytest.fixture
def old_family(key_pair: Any, moment: MovedClock) -> Iterator[Server]:
    with _on_the_wire(key_pair, moment) as wire:
        yield _simulated(wire, ACCESS, lending.OLD)


@pytest.fixture
def over_http(settings: Any, key_pair: Any, moment: MovedClock) -> Iterator[Server]:
    class Undelivered(SimulatorServer):
        def start(self) -> None:
            """Answer requests only."""
            self._thread.start()

    simulator = Simulator(delay_s=0, clock=clock.now, key_pair=key_pair)
    server = Undelivered(simulator)
    server.start()
    settings.VAULT_MIFOS_PRIVATE_NETWORKS = [IPv4Network("127.0.0.0/8")]
    access = replace(ACCESS, host=server.address)
    yield _simulated(SimpleNamespace(simulator=simulator), access, lending.NEW)
    server._listener.stopping.set()
    server._listener.shutdown()
    server._listener.server_close()
    simulator.close()


def an_order(loan_id: int, **changes: Any) -> DisbursalOrder:
    """A disbursal of KES 10,000.00 under the key `key-<loan>`; `changes` are of its body."""
    key = changes.pop("key", f"key-{loan_id}")
    body = {
        "actualDisbursementDate": TODAY, "transactionAmount": 10_000, "paymentTypeId": 2,
        "receiptNumber": f"UKL{loan_id:07d}", "accountNumber": "254700100001",
        "externalId": f"ours-{loan_id}", "note": "Paid by M-Pesa", "locale": "en",
        "dateFormat": "yyyy-MM-dd",
    } | changes  # fmt: skip
    told = {name: value for name, value in body.items() if value is not None}
    return DisbursalOrder(loan_id=loan_id, idempotency_key=key, body=told)


def failure_of(act: Callable[[], object]) -> GatewayError:
    """The error that `act` ends in."""
    with pytest.raises(GatewayError) as caught:
        act()
    return caught.value


@contextmanager
def _on_the_wire(key_pair: Any, moment: MovedClock) -> Iterator[Wire]:
    simulator = Simulator(delay_s=0, clock=clock.now, key_pair=key_pair)
    wire = Wire(simulator, moment)
    wire.attach()
    yield wire
    wire.detach()


def _simulated(wire: Any, access: LoanAccess, version: str) -> Server:
    tenant = lending.a_tenant(wire, version)
    keeper = Keeper()
    known = replace(access, version=version)

    def approve(
        loan_id: int | None = None, *, several: bool = False, kind: str = "individual",
        gross_minor: int = 1_000_000, net_minor: int = 950_000, **changes: Any,
    ) -> int:  # fmt: skip
        return lending.an_approved_loan(
            wire, tenant, loan_id, gross=gross_minor // 100, net=net_minor // 100, kind=kind,
            productId=2 if several else 1, **changes,
        )  # fmt: skip

    return Server(
        book=loan_book(known, keeper),
        desk=loan_desk(known, keeper),
        keeper=keeper,
        approve=approve,
        undo=lambda loan_id: lending.act(wire, tenant, loan_id, "undodisbursal"),
        disburse_there=lambda loan_id: lending.act(
            wire, tenant, loan_id, "disburse", actualDisbursementDate=TODAY, locale="en",
            dateFormat="yyyy-MM-dd",
        ),
        next_fault=lambda loan_id, name: lending.script(
            wire, tenant, FAULTS[name][1], loan_id=loan_id
        ),
        check=lambda command_id, approved: lending.check(
            wire, tenant, command_id, "approve" if approved else "reject"
        ),
        wants_checker=lambda: lending.tell(wire, tenant, "tenant", makerChecker=True),
        on_day=lambda day: lending.tell(
            wire, tenant, "tenant", businessDate=day, businessDateOn=True
        ),
        version=version,
    )  # fmt: skip
