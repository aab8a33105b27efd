"""The real adapter on the simulator, and the simulator's signed notices at our own door."""

import json
from typing import Any

import pytest

from gateways.errors import Declined, Unclear, Unreachable
from gateways.interface import Rail
from gateways.models import Callback
from gateways.registry import reader, transferrer
from tests import striping
from tests.gateways.stripe_answers import order
from tests.wire import Wire

LOST = ("transfer_lost", "transfer_hang", "transfer_slow", "transfer_cut", "transfer_error_paid")


@pytest.fixture
def stripe(wire: Wire) -> Any:
    striping.open_account(wire)
    striping.register_webhooks(wire)
    return transferrer(Rail.STRIPE_TRANSFER, striping.PLATFORM)


class TestCalls:
    def test_a_payment_is_in_the_providers_book(self, wire: Wire, stripe: Any) -> None:
        paid = stripe.send(order())

        [transfer] = striping.transfers(wire)
        assert transfer["id"] == paid.transfer.provider_id
        assert transfer["metadata"] == {"payout_transfer_id": "0001"}

    @pytest.mark.parametrize("fault", LOST)
    def test_an_answer_that_is_lost_after_paying_is_unclear(
        self, wire: Wire, stripe: Any, fault: str
    ) -> None:
        striping.script(wire, striping.ACCOUNT, fault)

        with pytest.raises(Unclear):
            stripe.send(order())

        assert len(striping.transfers(wire)) == 1

    def test_a_locked_account_is_safe_to_send_to_again(self, wire: Wire, stripe: Any) -> None:
        striping.script(wire, striping.ACCOUNT, "transfer_locked")

        with pytest.raises(Unreachable) as caught:
            stripe.send(order())

        assert (caught.value.code, striping.transfers(wire)) == ("lock_timeout", [])

    def test_a_revoked_key_is_refused(self, wire: Wire, stripe: Any) -> None:
        striping.believe_keys(wire, "sk_test_2")

        with pytest.raises(Declined) as caught:
            stripe.send(order())

        assert caught.value.code == "401"


class TestNotices:
    def test_both_doors_take_them_signed(self, wire: Wire, stripe: Any, moved: Any) -> None:
        paid = stripe.send(order())
        striping.open_account(wire, transfers="inactive")
        moved.forward(hours=1)

        wire.deliver()

        kept = {
            json.loads(bytes(row.body))["type"]: row for row in Callback.objects.order_by("pk")
        }
        assert {name: row.kind for name, row in kept.items()} == {
            "transfer.created": "platform", "capability.updated": "connect",
            "account.updated": "connect",
        }  # fmt: skip
        created = json.loads(bytes(kept["transfer.created"].body))
        assert reader("stripe", "platform")(created).transfer == paid.transfer

    def test_one_with_another_secret_is_turned_away(
        self, wire: Wire, stripe: Any, moved: Any
    ) -> None:
        stripe.send(order())
        moved.forward(hours=1)
        [notice] = wire.simulator.due_callbacks()
        notice.headers["Stripe-Signature"] = "t=1,v1=" + "0" * 64

        status = wire.post(notice)

        assert (status, Callback.objects.count()) == (400, 0)

    def test_one_that_nobody_took_comes_again(self, wire: Wire, stripe: Any, moved: Any) -> None:
        stripe.send(order())
        moved.forward(hours=1)
        [notice] = wire.simulator.due_callbacks()
        wire.simulator.delivered(notice.number, status=400)
        moved.forward(hours=1)

        wire.deliver()

        assert Callback.objects.get().kind == "platform"

    def test_while_a_secret_is_rolled_the_old_one_is_good(
        self, wire: Wire, stripe: Any, moved: Any, settings: Any
    ) -> None:
        old, _ = settings.STRIPE_WEBHOOK_SECRETS
        striping.register_webhooks(wire, old_secret=old)
        stripe.send(order())
        moved.forward(hours=1)

        wire.deliver()

        assert Callback.objects.get().kind == "platform"
