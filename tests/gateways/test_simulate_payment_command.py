"""simulate_payment: a person pays at a phone."""

import json
from datetime import UTC, datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from gateways.simulator import Simulator
from tests.wire import MovedClock, Wire

ARGUMENTS = ("--paybill", "600321", "--phone", "254700000001", "--account", "HSE-12")


@pytest.fixture
def simulator():
    moment = MovedClock(datetime(2026, 11, 21, 9, 0, tzinfo=UTC))
    found = Simulator(clock=moment)
    wire = Wire(found, moment)
    wire.attach()
    yield found
    wire.detach()


def pay(amount="500"):
    out = StringIO()
    call_command("simulate_payment", *ARGUMENTS, "--amount", amount, "--json", stdout=out)
    return json.loads(out.getvalue())


class TestPayingAtAPhone:
    def test_the_money_comes_in(self, simulator):
        said = pay()

        [received] = simulator.book.received
        assert (said["receipt"], said["state"]) == (received.receipt, "completed")
        assert (received.amount, received.account) == (500, "HSE-12")

    def test_a_wrong_amount_is_explained(self, simulator):
        with pytest.raises(CommandError, match="whole shillings"):
            pay("0")

    def test_never_at_the_live_provider(self, simulator, settings):
        settings.VAULT_LIVE = True

        with pytest.raises(CommandError, match="live"):
            pay()

        assert simulator.book.received == []

    def test_without_a_simulator_it_says_so(self, settings):
        settings.DARAJA_BASE_URL = "http://127.0.0.1:9"

        with pytest.raises(CommandError, match="no simulated provider"):
            pay()
