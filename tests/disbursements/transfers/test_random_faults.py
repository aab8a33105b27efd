"""Winners under every fault of Stripe's at once: each is paid once, and the books agree."""

from typing import Any

import pytest

from core.models import Alert
from disbursements.models import DisbursementRequest
from gateways.simulator.faults import FaultPlan
from gateways.simulator.stripe.names import STRIPE_FAULTS
from tests.disbursements.transfers.conftest import Won
from tests.striping import register_webhooks, transfers
from tests.transfer_oracle import wrong
from tests.winners import payouts
from tests.wire import Wire

WINNERS = 20
RATE = 0.07
NO_NEWS = {"transfer_event_lost": 1.0}


def told(row: DisbursementRequest) -> bool:
    """Whether somebody hears that it waits."""
    if row.person_needed_at is not None:
        return True
    keys = {str(row.pk), row.parked_cause} - {""}
    return Alert.objects.filter(key__in=keys, closed_at=None).exists()


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("more", [{}, NO_NEWS], ids=["with notices", "without notices"])
def test_each_is_paid_once_whatever_goes_wrong(
    wire: Wire, won: Won, seed: int, more: dict[str, float]
) -> None:
    register_webhooks(wire, subject="STRIPE")
    job = won({f"user-{number}": 1000 + number for number in range(WINNERS)})
    rates = dict.fromkeys(STRIPE_FAULTS, RATE) | more
    wire.simulator.stripe.state.world.plan = FaultPlan(rates=rates, seed=seed)

    wire.run(hours=120)

    rows: Any = payouts(job).values()
    assert wrong(wire) == []
    assert not [row for row in rows if row.status != "completed" and not told(row)]
    assert sum(row.status == "completed" for row in rows) == len(transfers(wire)) == WINNERS
