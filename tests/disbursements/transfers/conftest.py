"""Winners of a partner with a Stripe account, by the real adapter on the simulated Stripe."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest

from disbursements import jobs
from disbursements.models import DisbursementRequest, PayoutJob, TransferReversal
from disbursements.operations.reversals import approve_reversal, propose_reversal
from gateways import registry
from gateways.errors import GatewayError
from gateways.interface import Rail, TransferOrder, Transferred
from tests.disbursements.transfers.taking_back import AMINA, BRIAN, REASON
from tests.striping import open_account, register_webhooks, script, set_balance
from tests.winners import a_payout_job, a_stripe_account, account_of, an_account, payout
from tests.wire import MovedClock, Wire
from vault.models import Partner, Shortcode

Won = Callable[..., PayoutJob]


@pytest.fixture
def platform(wire: Wire, a_partner: Partner) -> Shortcode:
    """The partner's Stripe account, with enough on it."""
    set_balance(wire, 100_000_000)
    return a_stripe_account(a_partner)


@pytest.fixture
def won(wire: Wire, platform: Shortcode) -> Won:
    """A payout job to these users, each with an account that may receive; nothing sent yet."""

    def win(amounts: Mapping[str, int] | None = None, **more: object) -> PayoutJob:
        wins = amounts or {"user-1": 1000}
        for user_id in wins:
            open_account(wire, account_of(user_id))
            an_account(platform.partner, user_id)
        return a_payout_job(platform.partner, wins, **more)  # type: ignore[arg-type]

    return win


@pytest.fixture
def paid(wire: Wire, won: Won) -> DisbursementRequest:
    """A winner of 10 dollars who was paid."""
    row = payout(won())
    jobs.send()
    wire.paths.clear()
    return reread(row)


@pytest.fixture
def unclear(wire: Wire, won: Won) -> Any:
    """A payout whose first send met these faults, and so is unknown."""

    def send(*faults: str) -> DisbursementRequest:
        row = payout(won())
        script(wire, account_of("user-1"), *(faults or ("transfer_drop",)))
        jobs.send()
        row = reread(row)
        assert row.status == "unknown"
        wire.paths.clear()
        return row

    return send


@pytest.fixture
def ask(wire: Wire, moved: MovedClock) -> Any:
    """Move to the moment when it is asked about next, or further, and ask."""

    def once(row: DisbursementRequest, *, hours: float = 0) -> DisbursementRequest:
        row = reread(row)
        assert row.ask_at is not None
        moved.moment = max(row.ask_at, moved.moment + timedelta(hours=hours))
        jobs.ask()
        return reread(row)

    return once


@pytest.fixture
def unknown(wire: Wire, won: Won) -> Any:
    """A payout that met this fault, with our addresses registered before it was sent."""

    def send(fault: str = "transfer_lost") -> DisbursementRequest:
        register_webhooks(wire, subject="STRIPE")
        row = payout(won())
        script(wire, account_of("user-1"), fault)
        jobs.send()
        return reread(row)

    return send


@pytest.fixture
def approved(paid: DisbursementRequest, moved: MovedClock) -> Any:
    def one(amount_minor: int | None = None) -> TransferReversal:
        facts: dict[str, Any] = {"reason": REASON, "at": moved()}
        reversal = propose_reversal(
            disbursement_id=paid.pk, amount_minor=amount_minor, caller=AMINA, **facts
        )
        return approve_reversal(reversal_id=reversal.pk, caller=BRIAN, **facts)

    return one


@pytest.fixture
def again(moved: MovedClock) -> Any:
    """Move to when it is due, or further, and send."""

    def one(reversal: TransferReversal, *, hours: float = 0) -> TransferReversal:
        reversal.refresh_from_db()
        due: datetime | None = reversal.ask_at
        assert due is not None
        moved.moment = max(due, reversal.lease_until or due)
        moved.forward(hours=hours)
        jobs.reversals()
        reversal.refresh_from_db()
        return reversal

    return one


def reread(row: DisbursementRequest) -> DisbursementRequest:
    """The payout as it is now."""
    return DisbursementRequest.objects.select_related("shortcode").get(pk=row.pk)


class Answering:
    """A Transferrer that answers every order with this error, and keeps the orders."""

    def __init__(self, error: GatewayError) -> None:
        self.error = error
        self.orders: list[TransferOrder] = []

    def send(self, order: TransferOrder) -> Transferred:
        self.orders.append(order)
        raise self.error


@contextmanager
def answering(error: GatewayError) -> Iterator[Answering]:
    """Everything that is sent inside the block is answered with this error."""
    double = Answering(error)
    transferrer: Any = double
    with registry.use_transferrer(Rail.STRIPE_TRANSFER, lambda _: transferrer):
        yield double
