"""Stripe's notices: who signed them and when, what they say, and the door they come through."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from gateways import inbox
from gateways.interface import (
    AccountChanged,
    AccountLeft,
    BalanceAvailable,
    BankPayoutFailed,
    Capability,
    CapabilityChanged,
    NothingForUs,
    TransferChange,
    TransferChanged,
    Unreadable,
)
from gateways.models import Callback
from gateways.stripe.callbacks import is_signed, read_event
from tests.gateways.stripe_answers import AT, account, event, signature, transfer
from tests.wire import MovedClock

BODY = b'{"id": "evt_1"}'
SECRETS = ("first-for-tests", "second-for-tests")


def fits(header: str, *, body: bytes = BODY, at: datetime = AT) -> bool:
    return is_signed(header=header, body=body, secrets=SECRETS, at=at)


class TestTheSignature:
    @pytest.mark.parametrize("secret", SECRETS)
    def test_of_either_secret_fits(self, secret: str) -> None:
        assert fits(signature(BODY, secret=secret, at=AT))

    @pytest.mark.parametrize("away_s", [-300, 300])
    def test_fits_up_to_five_minutes_either_way(self, away_s: int) -> None:
        made = signature(BODY, secret=SECRETS[0], at=AT + timedelta(seconds=away_s))

        assert fits(made)

    @pytest.mark.parametrize("away_s", [-301, 301, 86_400])
    def test_neither_an_old_one_nor_one_of_the_future_fits(self, away_s: int) -> None:
        made = signature(BODY, secret=SECRETS[0], at=AT + timedelta(seconds=away_s))

        assert not fits(made)

    def test_of_another_secret_or_body_does_not_fit(self) -> None:
        assert not fits(signature(BODY, secret="another", at=AT))
        assert not fits(signature(BODY + b" ", secret=SECRETS[0], at=AT))

    def test_of_a_scheme_other_than_v1_does_not_count(self) -> None:
        made = signature(BODY, secret=SECRETS[0], at=AT).replace("v1=", "v0=")

        assert not fits(made)

    def test_with_two_moments_does_not_fit(self) -> None:
        made = signature(BODY, secret=SECRETS[0], at=AT)

        assert not fits(f"t=1,{made}")

    @pytest.mark.parametrize("header", ["", "t=", "v1=", "t=x,v1=y", "t=1", "=,=", "t=-1,v1=é"])
    def test_that_is_none_does_not_fit(self, header: str) -> None:
        assert not fits(header)

    def test_one_of_several_is_enough(self) -> None:
        made = signature(BODY, secret=SECRETS[1], at=AT)

        assert fits(made.replace(",v1=", f",v1={'a' * 64},v1="))

    def test_of_an_empty_secret_never_fits(self) -> None:
        made = signature(BODY, secret="", at=AT)

        assert not is_signed(header=made, body=BODY, secrets=("",), at=AT)


class TestReading:
    @pytest.mark.parametrize("change", list(TransferChange))
    def test_a_transfer(self, change: TransferChange) -> None:
        told = read_event(event(f"transfer.{change}", transfer(amount_reversed=50)))

        assert isinstance(told, TransferChanged)
        assert (told.event_id, told.change, told.transfer.transfer_id) == ("evt_1", change, "0001")
        assert (told.transfer.amount_minor, told.transfer.reversed_minor) == (1_250, 50)

    def test_an_account(self) -> None:
        told = read_event(event("account.updated", account(capabilities={})))

        assert isinstance(told, AccountChanged)
        assert (told.standing.transfers, told.standing.receives) == (Capability.UNREQUESTED, False)
        assert told.standing.currently_due == ("external_account",)

    @pytest.mark.parametrize(
        ("status", "found"),
        [("active", Capability.ACTIVE), ("pending", Capability.PENDING),
         ("a_word_of_tomorrow", Capability.INACTIVE)],
    )  # fmt: skip
    def test_a_capability(self, status: str, found: Capability) -> None:
        subject = {"id": "transfers", "object": "capability", "account": "acct_1Example",
                   "status": status}  # fmt: skip

        told = read_event(event("capability.updated", subject))

        assert told == CapabilityChanged(
            event_id="evt_1", account_id="acct_1Example", transfers=found
        )

    def test_our_balance_but_not_a_payees(self) -> None:
        balance = {"object": "balance", "available": [
            {"amount": 500, "currency": "usd"}, {"amount": 700, "currency": "ugx"},
        ]}  # fmt: skip

        ours = read_event(event("balance.available", balance))
        theirs = read_event(event("balance.available", balance, account="acct_1Example"))

        assert ours == BalanceAvailable(event_id="evt_1", available_minor={"USD": 500, "UGX": 7})
        assert isinstance(theirs, NothingForUs)

    def test_a_payees_bank_that_sent_it_back_but_not_ours(self) -> None:
        payout = {"id": "po_1", "object": "payout", "failure_code": "account_closed"}

        theirs = read_event(event("payout.failed", payout, account="acct_1Example"))
        ours = read_event(event("payout.failed", payout))

        assert isinstance(theirs, BankPayoutFailed)
        assert (theirs.account_id, theirs.code) == ("acct_1Example", "account_closed")
        assert isinstance(ours, NothingForUs)

    def test_an_account_that_left(self) -> None:
        told = read_event(event("account.application.deauthorized", {}, account="acct_1Example"))

        assert told == AccountLeft(event_id="evt_1", account_id="acct_1Example")

    def test_what_we_do_not_act_on(self) -> None:
        told = read_event(event("charge.succeeded", {"id": "ch_1"}))

        assert told == NothingForUs(event_id="evt_1", kind="charge.succeeded")

    @pytest.mark.parametrize(
        "change",
        [{"amount": -1}, {"amount": True}, {"amount": "1250"}, {"amount": None}, {"id": ""},
         {"currency": "xyz"}, {"destination": None}, {"livemode": None}, {"created": "now"},
         {"object": "payout"}, {"currency": "ugx", "amount": 150}],
    )  # fmt: skip
    def test_a_transfer_that_is_not_sure_is_unreadable(self, change: dict[str, Any]) -> None:
        with pytest.raises(Unreadable):
            read_event(event("transfer.created", transfer(**change)))

    @pytest.mark.parametrize("body", [[], {}, {"id": "evt_1"}, {"object": "event", "type": "x"}])
    def test_what_is_no_event_is_unreadable(self, body: object) -> None:
        with pytest.raises(Unreadable):
            read_event(body)


@pytest.mark.django_db
class TestTheDoor:
    def post(self, client: Client, header: str, body: bytes) -> int:
        secret = inbox.standing_secret(provider="stripe", kind="connect", subject="connect")
        return client.post(
            f"/callbacks/stripe/connect/{secret}/", body, content_type="application/json",
            headers={"Stripe-Signature": header},
        ).status_code  # fmt: skip

    def test_it_keeps_and_reads_what_is_signed(self, client: Client, moved: MovedClock) -> None:
        body = json.dumps(event("account.updated", account())).encode()

        status = self.post(client, signature(body, secret=SECRETS[1], at=moved()), body)

        kept = Callback.objects.get()
        assert (status, kept.provider, kept.kind) == (200, "stripe", "connect")
        assert isinstance(inbox.read(kept), AccountChanged)

    @pytest.mark.parametrize("secret", ["", "another"])
    def test_it_keeps_nothing_that_another_signed(
        self, client: Client, moved: MovedClock, secret: str
    ) -> None:
        header = signature(BODY, secret=secret, at=moved()) if secret else ""

        assert self.post(client, header, BODY) == 400
        assert not Callback.objects.exists()
