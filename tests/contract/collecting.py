"""The collectors that keep the contract: in memory, and Daraja over HTTP."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gateways.http import read_json
from gateways.interface import (
    CollectionAccess,
    CollectionKind,
    Collector,
    Event,
    PaymentToValidate,
)
from gateways.memory import MemoryCollections, PromptScript
from gateways.registry import collector, reader, use_collector
from gateways.simulator import Simulator
from tests.wire import Wire

PAYBILL = "600321"


@dataclass(frozen=True, kw_only=True)
class Collecting:
    """One provider under the contract.

    `cancelling` is a payer who says no; `silent` one who pays without a callback; `slow` one who
    takes a minute to answer. `pay` pays straight to the paybill.
    """

    gateway: Collector
    events: Callable[[], Sequence[tuple[str, Event]]]
    received_minor: Callable[[str], int]
    pay: Callable[..., str]
    ask_first: Callable[[], None]
    answer_slow: Callable[[], None]
    cancelling: str = "254700098032"
    silent: str = "254700098201"
    slow: str = "254700098402"


def collection_access() -> CollectionAccess:
    """A paybill of the provider."""
    return CollectionAccess(
        number=PAYBILL,
        kind=CollectionKind.PAYBILL,
        consumer_key="key",
        consumer_secret="secret",
        passkey="a passkey of the sandbox",
    )


def read_all(simulator, verdicts):
    """Read what is due; a validation is answered with what `verdicts` says, else accepted."""
    found = []
    while due := simulator.due_callbacks():
        for callback in due:
            kind = callback.url.split("/")[-3]
            event = reader("daraja", kind)(read_json(callback.body))
            found.append((callback.url, event))
            answer = verdicts.get(kind, {"ResultCode": 0, "ResultDesc": "Accepted"})
            simulator.delivered(callback.number, status=200, answer=json.dumps(answer).encode())
    return found


def in_memory():
    """Collections in memory."""
    memory = MemoryCollections()
    memory.script(Collecting.cancelling, PromptScript(result_code="1032"))
    memory.script(Collecting.silent, PromptScript(told=0))
    memory.script(Collecting.slow, PromptScript(waiting=True))
    owed = []

    def events():
        while found := memory.events():
            for url, event in found:
                owed.append((url, event))
                if isinstance(event, PaymentToValidate):
                    memory.validated(event.receipt)
        handed, owed[:] = list(owed), []
        return handed

    with use_collector(memory.collector):
        yield Collecting(
            gateway=collector(collection_access()),
            events=events,
            received_minor=memory.received_minor,
            pay=memory.pay,
            ask_first=lambda: setattr(memory, "validating", True),
            answer_slow=memory.answer_all,
        )


def daraja(moment):
    """Our adapter on the simulator, without sockets."""
    simulator = Simulator(delay_s=0, seed=7, clock=moment)
    wire = Wire(simulator, moment)
    wire.attach()

    def pay(*, amount_minor, **who):
        return simulator.pay(shillings=amount_minor // 100, **who).receipt

    yield Collecting(
        gateway=collector(collection_access()),
        events=lambda: read_all(simulator, {}),
        received_minor=lambda account: (
            100 * sum(row.amount for row in simulator.book.received if row.account == account)
        ),
        pay=pay,
        ask_first=lambda: simulator.switch_validation(shortcode=PAYBILL, on=True),
        answer_slow=lambda: moment.forward(minutes=2),
    )
    wire.detach()
