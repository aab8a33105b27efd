"""Prompts at a provider that fails in every way it can: no shilling is lost or doubled."""

from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest

from config.deliveries import deliver_due
from config.schedules import SWEEPS
from gateways.errors import GatewayError
from gateways.models import Callback
from gateways.simulator import Simulator
from ledger.models import Entry
from tests.money_in import make_collection
from tests.vault.prompts.conftest import House
from tests.wire import MovedClock
from vault.models import Payment, Prompt
from vault.operations.collect import PromptOpen
from vault.states import PROMPT_OPEN

PAYERS = 25
HOURS = 5


@pytest.fixture(params=["stormy", "worst"])
def simulator(moved: MovedClock, key_pair: Any, request: pytest.FixtureRequest) -> Simulator:
    """In place of the calm one."""
    return Simulator(seed=11, clock=moved, key_pair=key_pair, faults=request.param)


@pytest.fixture
def pulled(house: House) -> House:
    number, money_in = house.property.shortcode.number, house.wire.simulator.world.money_in
    while number not in money_in.addresses:
        with suppress(GatewayError):
            house.register_urls()
    money_in.pulling.add(number)
    make_collection(
        house.property.shortcode, pull_registered_at=house.clock(), pulled_until=house.clock()
    )
    return house


@pytest.mark.slow
class TestUnderFaults:
    def test_what_the_provider_took_is_what_we_have(self, pulled: House) -> None:
        house = pulled
        for number in range(PAYERS):
            _prompt(house, f"{number + 40:05d}", amount=str(1000 + number))
            house.later(seconds=20)

        ends_at = house.clock() + timedelta(hours=HOURS)
        while house.clock() < ends_at:
            house.later(minutes=5)
            SWEEPS["pull"].run()
            deliver_due()

        theirs = {row.receipt: row.amount * 100 for row in house.wire.simulator.book.received}
        ours = dict(Payment.objects.values_list("receipt", "amount_minor"))
        assert ours == theirs
        assert {row.status for row in Payment.objects.all()} == {"allocated"}
        assert Entry.objects.filter(reference__startswith="payment:").count() == 2 * len(ours)
        assert not Prompt.objects.filter(status__in=PROMPT_OPEN)
        assert not Callback.objects.filter(outcome__in=["", "malformed"])
        taken = house.wire.simulator.world.money_in.prompts
        for prompt in Prompt.objects.select_related("payment").exclude(payment=None):
            assert taken[prompt.checkout_id].receipt == prompt.payment.receipt


def _prompt(house: House, digits: str, **more: Any) -> None:
    try:
        house.collect(digits, **more)
    except PromptOpen:
        house.later(minutes=11)
