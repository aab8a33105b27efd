"""What happens without us: transfers made or taken back at Stripe, notices, other workers."""

from collections.abc import Callable
from datetime import UTC, datetime
from threading import Event
from typing import Any

from config.deliveries import deliver_due
from core import locks
from core.models import Step
from disbursements.models import DisbursementRequest
from disbursements.operations.claim import attempt_lock
from gateways.models import Callback
from gateways.simulator.faults import FaultPlan
from gateways.simulator.stripe.transfers import create, reverse
from tests.striping import register_webhooks, tell
from tests.winners import account_of, attempts
from tests.wire import Wire

ACCOUNT = account_of("user-1")
KIND = "transfer"
TRANSFERS = "/v1/transfers"


def made_by_hand(
    wire: Wire, row: DisbursementRequest, *, at_s: int, metadata: dict[str, str] | None = None,
    **changes: str,
) -> dict[str, Any]:  # fmt: skip
    """A transfer of this payout that we did not send, or no more know of; no notice of it."""
    values: dict[str, Any] = {
        "amount": str(row.amount_minor), "currency": row.currency.lower(), "destination": ACCOUNT,
        "transfer_group": f"payout-{row.pk}",
        "metadata": {"payout_transfer_id": str(row.pk)} if metadata is None else metadata,
    } | changes  # fmt: skip
    state, made_at = wire.simulator.stripe.state, datetime.fromtimestamp(at_s, UTC)
    return create(state, values, made_at, event_fault="event_lost")


def taken_back(wire: Wire, provider_id: str, amount_minor: int) -> dict[str, Any]:
    """Somebody reverses so much of it in the Dashboard; the transfer as it is then."""
    state = wire.simulator.stripe.state
    reverse(state, provider_id, {"amount": str(amount_minor)}, wire.clock())
    return state.tables[KIND][provider_id]


def told(wire: Wire, kind: str, subject: dict[str, Any], *, times: int = 1) -> int:
    """Its notice arrives, so many times, and is read; the number of notices."""
    register_webhooks(wire, subject="STRIPE")
    tell(wire, kind, subject)
    return heard(wire, times=times)


def heard(wire: Wire, *, times: int = 1) -> int:
    """Everything that is on its way arrives and is read; returns how many notices there were."""
    wire.clock.forward(minutes=1)
    arrived = wire.deliver(times)
    deliver_due()
    return arrived


def goes_wrong(wire: Wire, fault: str) -> None:
    """Always, from now on."""
    wire.simulator.stripe.state.world.plan = FaultPlan(rates={fault: 1.0})


def keys(wire: Wire) -> set[str]:
    """Every idempotency key that the provider has seen."""
    return set(wire.simulator.stripe.state.tables["key"])


def held_by_another(row: DisbursementRequest, act: Callable[[], Any], together: Any) -> Any:
    """What comes of it while another session keeps the fence of the latest attempt."""
    held, done = Event(), Event()

    def sender() -> None:
        fence = locks.try_session_locks([attempt_lock(attempts(row)[-1])])
        held.set()
        done.wait(120)
        locks.free_session_locks(fence)

    def other() -> Any:
        held.wait(120)
        try:
            return act()
        finally:
            done.set()

    return together(sender, other)[1]


def outcomes() -> list[str]:
    """What became of each notice, in order."""
    return list(Callback.objects.order_by("pk").values_list("outcome", flat=True))


def steps_to(row: DisbursementRequest, status: str) -> int:
    """How often its trail says that it came to this status."""
    steps = Step.objects.filter(subject_id=str(row.pk), to_status=status)
    return steps.exclude(from_status=status).count()
