import hashlib
import hmac
import json

import pytest

from tests.gateways.simulator.striping import ACCOUNT, SECRET, WEBHOOK, Platform


@pytest.fixture
def platform():
    platform = Platform()
    platform.control("stripe-webhook", url=WEBHOOK, secret=SECRET)
    platform.control("stripe-webhook", url=f"{WEBHOOK}/connect", secret="whsec_2", connect=True)
    return platform


def kinds(pendings):
    return [json.loads(pending.body)["type"] for pending in pendings]


def kinds_of(page):
    return [event["type"] for event in page["data"]]


class TestEvents:
    def test_a_transfer_is_told_of_and_signed_when_it_is_sent(self, platform):
        transfer = platform.pay().json()

        (pending,) = platform.wait(seconds=10)

        event = json.loads(pending.body)
        moment = int(platform.now.timestamp())
        mark = hmac.new(SECRET.encode(), f"{moment}.".encode() + pending.body, hashlib.sha256)
        dated, first, dummy = pending.headers["Stripe-Signature"].split(",")
        assert (dated, first) == (f"t={moment}", f"v1={mark.hexdigest()}")
        assert dummy.startswith("v0=")
        assert mark.hexdigest() not in dummy
        assert (event["type"], event["data"]["object"]) == ("transfer.created", transfer)
        assert platform.get(f"/v1/events/{event['id']}").json() == event

    def test_while_a_secret_is_rolled_both_sign(self, platform):
        platform.control("stripe-webhook", url=WEBHOOK, secret="whsec_new", oldSecret=SECRET)
        platform.pay()

        (pending,) = platform.wait(seconds=10)

        signed = f"{int(platform.now.timestamp())}.".encode() + pending.body
        marks = [
            f"v1={hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()}"
            for secret in ("whsec_new", SECRET)
        ]
        assert pending.headers["Stripe-Signature"].split(",")[1:3] == marks

    def test_a_reversal_is_told_with_the_transfer(self, platform):
        identifier = platform.pay().json()["id"]
        platform.wait(seconds=10)
        platform.post(f"/v1/transfers/{identifier}/reversals", {"amount": 1})

        (pending,) = platform.wait(seconds=10)

        event = json.loads(pending.body)
        assert (event["type"], event["data"]["object"]["amount_reversed"]) == (
            "transfer.reversed",
            1,
        )

    def test_a_capability_is_told_to_the_connect_endpoint(self, platform):
        platform.control("stripe-account", id=ACCOUNT, transfers="inactive")

        pendings = platform.wait(seconds=10)

        assert set(kinds(pendings)) == {"capability.updated", "account.updated"}
        assert {pending.url for pending in pendings} == {f"{WEBHOOK}/connect"}
        assert {json.loads(pending.body)["account"] for pending in pendings} == {ACCOUNT}

    def test_an_event_nobody_took_comes_again_with_another_signature(self, platform):
        platform.pay()
        (first,) = platform.wait(seconds=10)
        platform.simulator.delivered(first.number, status=500)

        (again,) = platform.wait(seconds=60)

        assert again.body == first.body
        assert again.headers != first.headers
        platform.simulator.delivered(again.number, status=200)
        assert platform.wait(days=4) == []

    @pytest.mark.parametrize(
        ("fault", "sent", "ids"),
        [("lost", 0, 0), ("twice", 2, 1), ("again", 2, 2)],
    )
    def test_what_befalls_an_event(self, platform, fault, sent, ids):
        platform.script(f"transfer_event_{fault}")
        platform.pay()

        pendings = platform.wait(seconds=10)

        assert len(pendings) == sent
        assert len({json.loads(pending.body)["id"] for pending in pendings}) == ids

    def test_an_early_event_precedes_the_answer(self, platform):
        platform.script("transfer_event_early")

        reply = platform.pay()

        assert reply.callbacks_first
        assert kinds(platform.wait()) == ["transfer.created"]

    def test_a_late_event_comes_after_ten_minutes(self, platform):
        platform.script("transfer_event_late")
        platform.pay()

        assert platform.wait(minutes=9) == []
        assert kinds(platform.wait(minutes=1)) == ["transfer.created"]

    def test_other_events_can_be_sent_by_hand(self, platform):
        platform.control(
            "stripe-event", type="payout.failed", account=ACCOUNT, object={"id": "po_1"}
        )

        assert kinds(platform.wait(seconds=10)) == ["payout.failed"]

    def test_events_are_listed_for_30_days(self, platform):
        platform.pay()

        assert (
            len(platform.get("/v1/events", **{"types[0]": "transfer.created"}).json()["data"]) == 1
        )
        platform.wait(days=31)
        assert platform.get("/v1/events", type="transfer.created").json()["data"] == []
