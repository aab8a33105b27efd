"""What goes wrong with a transfer, by the fault plan or by a script for its destination."""

from gateways.simulator.chance import drawing
from gateways.simulator.stripe.names import EVENTS, MISHAPS
from gateways.simulator.stripe.state import State


def drawn(state: State, destination: str, key: str) -> tuple[str, bool, str]:
    """The mishap of one request, whether it is executed, and what befalls its event.

    It hangs on the destination, which of its transfers this is, and which try of it.
    """
    if state.scripts[destination]:
        name = state.scripts[destination].popleft()
        if name in EVENTS:
            return "", True, EVENTS[name]
        return name, _executed(name, state.world.plan.seed, destination, key), ""
    plan = state.world.plan
    if not plan.rates:
        return "", True, ""
    subject = state.world.draw_key(shortcode="stripe", msisdn=destination, reference=key)
    name = plan.first_of(MISHAPS, *subject) or ""
    event = plan.first_of(EVENTS, *subject) or ""
    return name, _executed(name, plan.seed, *subject), EVENTS.get(event, "")


def _executed(name: str, *subject: object) -> bool:
    executed = MISHAPS[name].executed if name in MISHAPS else True
    return bool(drawing("executed", *subject).getrandbits(1)) if executed is None else executed
