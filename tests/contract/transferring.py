"""The Transferrers under the contract: in memory, and Stripe's adapter on the simulator.

A test module imports the five fixtures, and uses `platform` and `moment`. `in_process` carries
its calls without sockets, `over_http` to the simulator's own server.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

import pytest

from core import clock
from gateways.errors import GatewayError
from gateways.http import read_json
from gateways.interface import (
    Capability,
    PlatformAccess,
    Rail,
    ReversalOrder,
    TransferEvent,
    TransferOrder,
    Transferrer,
)
from gateways.memory import MemoryPlatform, TransferFault, memory_transferrer
from gateways.registry import reader, transferrer, use_transferrer
from gateways.simulator import Simulator
from gateways.simulator.server import SimulatorServer
from tests.wire import MovedClock, Wire

FIXTURES = ["in_memory", "in_process", "over_http"]
ACCESS = PlatformAccess(secret_key="sk_test_1")
READY, UNVERIFIED = "acct_1Ready", "acct_1Unverified"
CENTS = 50_000
_numbers = count(1)
# What goes wrong: in memory, and how the simulator calls it.
FAULTS: dict[str, tuple[TransferFault, str]] = {
    "lost": (TransferFault.LOST, "transfer_lost"),
    "lost_unpaid": (TransferFault.LOST_UNPAID, "transfer_drop"),
    "error": (TransferFault.ERROR, "transfer_error"),
    "error_paid": (TransferFault.ERROR_PAID, "transfer_error_paid"),
    "rate_limited": (TransferFault.RATE_LIMITED, "transfer_too_many"),
    "locked": (TransferFault.LOCKED, "transfer_locked"),
}


@dataclass(frozen=True, kw_only=True)
class Platform:
    """One provider: a platform account with USD 500.00, and two connected accounts.

    READY may receive and UNVERIFIED may not. `moved_minor` is by our id of a transfer.
    """

    gateway: Transferrer
    stranger: Transferrer
    next_fault: Callable[[str], None]
    verify: Callable[[], None]
    top_up: Callable[[int], None]
    refuse: Callable[[str], None]
    events: Callable[[], list[TransferEvent]]
    moved_minor: Callable[[str], int]


@pytest.fixture
def moment() -> Iterator[MovedClock]:
    found = MovedClock()
    with clock.reading_from(found):
        yield found


@pytest.fixture(params=FIXTURES)
def platform(request: pytest.FixtureRequest, moment: MovedClock) -> Platform:
    return request.getfixturevalue(request.param)


@pytest.fixture
def in_memory() -> Iterator[Platform]:
    memory = MemoryPlatform()
    memory.open_account(READY)
    memory.open_account(UNVERIFIED, transfers=Capability.INACTIVE)
    memory.available_minor["USD"] = CENTS
    memory.revoked.add("sk_test_wrong")
    with use_transferrer(Rail.STRIPE_TRANSFER, memory_transferrer(memory)):
        yield Platform(
            gateway=transferrer(Rail.STRIPE_TRANSFER, ACCESS),
            stranger=_stranger(),
            next_fault=lambda name: memory.next_fault(FAULTS[name][0], destination=READY),
            verify=lambda: _ignore(memory.open_account(UNVERIFIED)),
            top_up=lambda amount: memory.top_up(amount, "USD"),
            refuse=lambda code: memory.refusals.update({READY: code}),
            events=lambda: list(memory.events()),
            moved_minor=memory.moved_minor,
        )


@pytest.fixture
def in_process(settings: Any, key_pair: Any, moment: MovedClock) -> Iterator[Platform]:
    simulator = Simulator(delay_s=0, clock=clock.now, key_pair=key_pair)
    wire = Wire(simulator, moment)
    wire.attach()
    yield _simulated(simulator)
    wire.detach()


@pytest.fixture
def over_http(settings: Any, key_pair: Any) -> Iterator[Platform]:
    class Undelivered(SimulatorServer):
        def start(self) -> None:
            """Answer requests only: the test takes the notices itself."""
            self._thread.start()

    simulator = Simulator(delay_s=0, clock=clock.now, key_pair=key_pair)
    server = Undelivered(simulator)
    server.start()
    settings.STRIPE_API_BASE = server.address
    yield _simulated(simulator)
    server._listener.stopping.set()
    server._listener.shutdown()
    server._listener.server_close()
    simulator.close()


def _simulated(simulator: Simulator) -> Platform:
    def control(name: str, **values: Any) -> Any:
        method, body = ("POST", json.dumps(values).encode()) if values else ("GET", b"")
        reply = simulator.handle(method, f"/_simulator/{name}", {}, body)
        assert reply.status == 200, reply.body
        return reply.json()

    control("stripe-account", id=READY, country="US")
    control("stripe-account", id=UNVERIFIED, country="US", transfers="inactive")
    control("stripe-balance", currency="usd", amount=CENTS)
    for connect in (False, True):
        url = f"https://vault.example/{'connect' if connect else 'platform'}"
        control("stripe-webhook", url=url, secret="whsec_1", connect=connect)
    return Platform(
        gateway=transferrer(Rail.STRIPE_TRANSFER, ACCESS),
        stranger=_stranger(),
        next_fault=lambda name: control(
            "stripe-script", destination=READY, faults=[FAULTS[name][1]]
        ),
        verify=lambda: control("stripe-account", id=UNVERIFIED, transfers="active"),
        top_up=lambda amount: control("stripe-top-up", currency="usd", amount=amount),
        refuse=lambda code: control("stripe-account", id=READY, refusal=code),
        events=lambda: [
            reader("stripe", each.url.rsplit("/", 1)[1])(read_json(each.body))
            for each in simulator.due_callbacks()
        ],
        moved_minor=lambda transfer_id: sum(
            each["amount"]
            for each in control("stripe-book")["transfers"]
            if each["metadata"]["payout_transfer_id"] == transfer_id
        ),
    )


def _stranger() -> Transferrer:
    return transferrer(Rail.STRIPE_TRANSFER, PlatformAccess(secret_key="sk_test_wrong"))


def _ignore(_standing: object) -> None:
    """What was opened is looked at through the gateway."""


def an_order(**changes: Any) -> TransferOrder:
    """USD 12.50 for READY, as nothing before it."""
    number = next(_numbers)
    order = TransferOrder(
        key=f"payout:{number}", transfer_id=f"{number}", group=f"payout-{number}",
        destination=READY, amount_minor=1_250, currency="USD",
    )  # fmt: skip
    return replace(order, **changes)


def a_reversal(provider_id: str, **changes: Any) -> ReversalOrder:
    """USD 2.50 back from a transfer."""
    number = next(_numbers)
    order = ReversalOrder(
        key=f"reversal:{number}", reversal_id=f"{number}", provider_id=provider_id,
        amount_minor=250, currency="USD",
    )  # fmt: skip
    return replace(order, **changes)


def failure_of(call: Callable[[], object]) -> GatewayError:
    """What a call raised."""
    with pytest.raises(GatewayError) as caught:
        call()
    return caught.value
