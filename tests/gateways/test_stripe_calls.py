"""The library over our HTTP client: what is sent, what is read, and that it tries once."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs

import pytest
import requests
import responses

from gateways.errors import Declined, Unclear, Unreachable
from gateways.interface import Capability, PlatformAccess, Rail, ReversalOrder
from gateways.registry import transferrer
from tests.gateways.stripe_answers import account, order, transfer

URL = "http://stripe.test/v1/transfers"
OURS = PlatformAccess(secret_key="only-for-tests")


@pytest.fixture
def border() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock() as mock:
        yield mock


def refuse(mock: responses.RequestsMock, status: int, code: str, **headers: str) -> None:
    mock.post(
        URL, status=status, json={"error": {"type": "invalid_request_error", "code": code}},
        headers={"Request-Id": "req_1", **headers},
    )  # fmt: skip


def stripe() -> Any:
    return transferrer(Rail.STRIPE_TRANSFER, OURS)


class TestPaying:
    def test_sends_the_order_under_its_key(self, border: responses.RequestsMock) -> None:
        border.post(URL, json=transfer(), headers={"Request-Id": "req_1"})

        paid = stripe().send(order())

        [call] = border.calls
        assert call.request.headers["Idempotency-Key"] == "payout:0001"
        assert call.request.headers["Authorization"] == "Bearer only-for-tests"
        assert parse_qs(call.request.body.decode()) == {
            "amount": ["1250"], "currency": ["usd"], "destination": ["acct_1Example"],
            "transfer_group": ["payout-0001"], "metadata[payout_transfer_id]": ["0001"],
        }  # fmt: skip
        assert (paid.transfer.provider_id, paid.replayed) == ("tr_1Example", False)
        assert (paid.exchange.request_id, paid.exchange.http_status) == ("req_1", 200)
        assert "only-for-tests" not in repr(paid.exchange)

    def test_twice_sends_the_same_bytes(self, border: responses.RequestsMock) -> None:
        border.post(URL, json=transfer(), headers={"Idempotent-Replayed": "true"})

        answers = [stripe().send(order()) for _ in range(2)]

        first, second = border.calls
        assert first.request.body == second.request.body
        assert answers[1].replayed

    @pytest.mark.parametrize("status", [409, 429, 500, 503])
    def test_tries_once(self, border: responses.RequestsMock, status: int) -> None:
        refuse(border, status, "", **{"Stripe-Should-Retry": "true"})

        with pytest.raises((Unclear, Unreachable)):
            stripe().send(order())

        assert len(border.calls) == 1

    def test_a_refusal_has_its_code(self, border: responses.RequestsMock) -> None:
        refuse(border, 400, "balance_insufficient")

        with pytest.raises(Declined) as caught:
            stripe().send(order())

        assert caught.value.code == "balance_insufficient"

    @pytest.mark.parametrize("body", [b"<html>", b"{}", b'{"object": "transfer"}', b"\xff"])
    def test_a_200_that_is_no_transfer_is_unclear(
        self, border: responses.RequestsMock, body: bytes
    ) -> None:
        border.post(URL, body=body)

        with pytest.raises(Unclear):
            stripe().send(order())

    @pytest.mark.parametrize(
        "change", [{"amount": 1}, {"destination": "acct_2"}, {"metadata": {}}, {"currency": "eur"}]
    )
    def test_an_answer_about_another_transfer_is_unclear(
        self, border: responses.RequestsMock, change: dict[str, Any]
    ) -> None:
        border.post(URL, json=transfer(**change))

        with pytest.raises(Unclear, match="another"):
            stripe().send(order())

    def test_a_lost_answer_is_unclear(self, border: responses.RequestsMock) -> None:
        border.post(URL, body=requests.ReadTimeout("too slow"))

        with pytest.raises(Unclear):
            stripe().send(order())


class TestLookingUp:
    def test_follows_the_pages(self, border: responses.RequestsMock) -> None:
        pages = [
            {"object": "list", "data": [transfer()], "has_more": True},
            {"object": "list", "data": [transfer(id="tr_2")], "has_more": False},
        ]
        for page in pages:
            border.get(URL, json=page)

        found = stripe().find(group="payout-0001", destination="acct_1Example")

        assert [each.provider_id for each in found.transfers] == ["tr_1Example", "tr_2"]
        assert "starting_after=tr_1Example" in border.calls[1].request.url

    def test_a_page_that_cannot_be_read_is_not_an_empty_one(
        self, border: responses.RequestsMock
    ) -> None:
        border.get(URL, json={"object": "list", "data": [{}], "has_more": False})

        with pytest.raises(Unclear):
            stripe().find(group="payout-0001", destination="acct_1Example")


class TestTheRest:
    def test_a_reversal_has_a_key_of_its_own(self, border: responses.RequestsMock) -> None:
        border.post(
            f"{URL}/tr_1Example/reversals",
            json={"id": "trr_1", "amount": 250, "currency": "usd", "transfer": "tr_1Example"},
        )

        back = stripe().reverse(
            ReversalOrder(
                key="reversal:1", reversal_id="1", provider_id="tr_1Example", amount_minor=250,
                currency="USD",
            )
        )  # fmt: skip

        assert (back.provider_id, back.amount_minor) == ("trr_1", 250)
        assert border.calls[0].request.headers["Idempotency-Key"] == "reversal:1"

    def test_an_account(self, border: responses.RequestsMock) -> None:
        border.get("http://stripe.test/v1/accounts/acct_1Example", json=account())

        standing = stripe().account("acct_1Example").standing

        assert (standing.transfers, standing.currency) == (Capability.ACTIVE, "USD")

    def test_the_balance(self, border: responses.RequestsMock) -> None:
        available = [{"amount": 500, "currency": "usd"}, {"amount": 900, "currency": "ugx"}]
        border.get(
            "http://stripe.test/v1/balance", json={"object": "balance", "available": available}
        )

        assert stripe().balance().available_minor == {"USD": 500, "UGX": 9}
