"""The providers that keep the contract of gateways.interface: in memory, and Daraja over HTTP."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from core import clock
from gateways.http import read_json
from gateways.interface import Disburser, Event, Rail, ShortcodeAccess
from gateways.memory import Answer, MemoryProvider, Script, Told
from gateways.registry import disburser, reader, use_disburser

SHORTCODE = "600123"


@dataclass(frozen=True, kw_only=True)
class Provider:
    """One provider under the contract.

    `failing` is a number whose payout ends with `failing_code`; `silent` one that is paid without
    a word; `declined` one that is refused before acceptance, where the provider has such.
    """

    gateway: Disburser
    events: Callable[[], Sequence[tuple[str, Event]]]
    moved_minor: Callable[[str], int]
    failing: str = "254700099040"
    failing_code: str = "2040"
    silent: str = "254700099201"
    failing_business: str = "799007"
    failing_business_code: str = "2007"
    silent_business: str = "799201"
    unacknowledged_business: str = "799301"


def access(certificate: str = "") -> ShortcodeAccess:
    """A shortcode of the provider."""
    return ShortcodeAccess(
        number=SHORTCODE,
        consumer_key="key",
        consumer_secret="secret",
        initiator_name="operator",
        initiator_password="Right#Password1",
        certificate=certificate,
    )


@pytest.fixture
def in_memory() -> Iterator[Provider]:
    memory = MemoryProvider()
    memory.script(Provider.failing, Script(result_code=Provider.failing_code))
    memory.script(Provider.silent, Script(told=Told.NEVER))
    memory.script(Provider.failing_business, Script(result_code=Provider.failing_business_code))
    memory.script(Provider.silent_business, Script(told=Told.NEVER))
    memory.script(Provider.unacknowledged_business, Script(answer=Answer.UNCLEAR))
    with use_disburser(Rail.MPESA_B2C, memory.disburser):
        yield Provider(
            gateway=disburser(Rail.MPESA_B2C, access()),
            events=lambda: [(owed.url, owed.event) for owed in memory.events()],
            moved_minor=memory.moved_minor,
        )


@pytest.fixture
def daraja(settings: Any) -> Iterator[Provider]:
    from gateways.daraja.client import forget_tokens
    from gateways.simulator import Simulator
    from gateways.simulator.server import SimulatorServer

    class Undelivered(SimulatorServer):
        def start(self) -> None:
            """Answer requests only: the test takes the callbacks itself."""
            self._thread.start()

    simulator = Simulator(delay_s=0, seed=7, clock=clock.now)
    server = Undelivered(simulator)
    server.start()
    settings.DARAJA_BASE_URL = server.address
    forget_tokens()
    yield Provider(
        gateway=disburser(Rail.MPESA_B2C, access(simulator.certificate_pem.decode())),
        events=lambda: _read(simulator.due_callbacks()),
        moved_minor=lambda reference: (
            100 * sum(move.amount for move in simulator.book.by_reference().get(reference, []))
        ),
    )
    forget_tokens()
    server._listener.stopping.set()
    server._listener.shutdown()
    server._listener.server_close()
    simulator.close()


def _read(callbacks: Sequence[Any]) -> list[tuple[str, Event]]:
    return [
        (callback.url, reader("daraja", callback.url.split("/")[-3])(read_json(callback.body)))
        for callback in callbacks
    ]


@pytest.fixture(params=["in_memory", "daraja"])
def provider(request: pytest.FixtureRequest) -> Provider:
    return request.getfixturevalue(request.param)
