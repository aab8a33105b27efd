"""What we send to Daraja to collect, and every answer sorted (daraja.md 1.3, 2)."""

import base64
import json
from dataclasses import replace

import pytest
import responses

from core import clock
from gateways.errors import Declined, Unclear, Unreachable
from gateways.interface import CollectionKind, PromptOrder, PromptState
from gateways.registry import collector
from tests.gateways.collecting import AT, PUSH_URL, QUERY_URL, TOKEN_URL, gateway_error, sent

pytestmark = pytest.mark.django_db(transaction=True)

TAKEN = {
    "MerchantRequestID": "29115-34620561-1",
    "CheckoutRequestID": "ws_CO_21112026100000700000001",
    "ResponseCode": "0",
    "ResponseDescription": "Success. Request accepted for processing",
    "CustomerMessage": "Success. Request accepted for processing",
}
CHECKOUT_ID = TAKEN["CheckoutRequestID"]


@pytest.fixture(autouse=True)
def _standing_clock():
    with clock.reading_from(lambda: AT):
        yield


@pytest.fixture
def daraja():
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mocked:
        mocked.get(TOKEN_URL, json={"access_token": "token-1", "expires_in": "3599"})
        yield mocked


@pytest.fixture
def order():
    return PromptOrder(
        msisdn="254700000001", amount_minor=1_000_000, currency="KES", account="HSE-12",
        description="Rent for November", url="https://vault.example/callbacks/daraja/stk/s/",
    )  # fmt: skip


class TestAPrompt:
    def test_the_body_of_a_paybill_is_as_documented(self, daraja, paybill, order):
        daraja.post(PUSH_URL, json=TAKEN)

        prompted = collector(paybill).prompt(order)

        body = sent(daraja, PUSH_URL)
        secret = base64.b64decode(body.pop("Password")).decode()
        assert secret == "600123letters20261122003005"
        assert body == {
            "BusinessShortCode": "600123",
            "Timestamp": "20261122003005",
            "TransactionType": "CustomerPayBillOnline",
            "Amount": 10_000,
            "PartyA": "254700000001",
            "PartyB": "600123",
            "PhoneNumber": "254700000001",
            "CallBackURL": order.url,
            "AccountReference": "HSE-12",
            "TransactionDesc": "Rent for Nove",
        }
        assert (prompted.checkout_id, prompted.merchant_request_id) == (
            CHECKOUT_ID, "29115-34620561-1",
        )  # fmt: skip
        assert prompted.text == "Success. Request accepted for processing"

    def test_a_till_is_prompted_under_its_head_office(self, daraja, paybill, order):
        daraja.post(PUSH_URL, json=TAKEN)
        till = replace(
            paybill, kind=CollectionKind.TILL, number="500001", business_number="600999"
        )

        collector(till).prompt(replace(order, description=""))

        body = sent(daraja, PUSH_URL)
        assert body["TransactionType"] == "CustomerBuyGoodsOnline"
        assert (body["BusinessShortCode"], body["PartyB"]) == ("600999", "500001")
        assert "TransactionDesc" not in body

    def test_neither_passkey_nor_password_nor_address_is_logged(self, daraja, paybill, order):
        daraja.post(PUSH_URL, json=TAKEN)

        exchange = collector(paybill).prompt(order).exchange

        assert sent(daraja, PUSH_URL)["Password"] not in exchange.request_body
        assert "/stk/s/" not in exchange.request_body
        assert "letters" not in repr(paybill)
        assert order.url not in repr(order)

    @pytest.mark.parametrize(
        ("change", "says"),
        [
            ({"amount_minor": 1_000_050}, "whole shillings"),
            ({"amount_minor": 0}, "1 to 250,000"),
            ({"amount_minor": 25_000_100}, "1 to 250,000"),
            ({"currency": "USD"}, "KES"),
            ({"account": "THIRTEEN-LONG"}, "1 to 12"),
            ({"account": "  "}, "1 to 12"),
        ],
    )
    def test_what_m_pesa_cannot_take_never_leaves(self, daraja, paybill, order, change, says):
        with pytest.raises(Declined, match=says):
            collector(paybill).prompt(replace(order, **change))

        assert not [call for call in daraja.calls if call.request.url == PUSH_URL]

    @pytest.mark.parametrize(
        ("status", "code", "text", "error"),
        [
            (500, "500.001.1001", "Merchant does not exist", Declined),
            (500, "500.001.1001", "Wrong credentials", Declined),
            (500, "500.001.1001", "[STK_CB - ]Unable to lock subscriber", Unreachable),
            (500, "500.001.1001", "The transaction is being processed", Unclear),
            (500, "500.001.1001", "Something else", Unclear),
            (400, "400.002.02", "Bad Request - Invalid Amount", Declined),
            (429, "500.003.02", "Spike Arrest Violation", Unreachable),
            (500, "500.003.02", "System is busy. Please try again in few minutes.", Unclear),
            (500, "500.003.03", "Quota Violation", Unreachable),
            (500, "500.003.1001", "Internal Server Error", Unclear),
            (500, "500.002.1001", "Service is currently under maintenance", Unclear),
        ],
    )  # fmt: skip
    def test_a_gateway_error_is_sorted_by_code_and_text(
        self, daraja, paybill, order, status, code, text, error
    ):
        gateway_error(daraja, PUSH_URL, status, code, text)

        with pytest.raises(error) as caught:
            collector(paybill).prompt(order)

        assert type(caught.value) is error
        assert (caught.value.code, caught.value.text) == (code, text)
        assert caught.value.exchange.request_id == "11728-2929992-1"

    @pytest.mark.parametrize(
        ("status", "body"),
        [
            (200, b""), (200, b"<html></html>"), (200, json.dumps(TAKEN).encode()[:60]),
            (200, json.dumps(TAKEN | {"CheckoutRequestID": ""}).encode()),
            (200, json.dumps(TAKEN | {"ResponseCode": ""}).encode()),
            (200, json.dumps(TAKEN | {"ResponseCode": "7777"}).encode()),
            (200, json.dumps(TAKEN | {"errorCode": "400.002.02"}).encode()),
            (500, json.dumps(TAKEN).encode()), (502, b"<html></html>"), (503, b"Incapsula"),
            (500, json.dumps({"ResponseCode": "0", "errorCode": "500.001.1001",
                              "errorMessage": "Wrong credentials"}).encode()),
        ],
    )  # fmt: skip
    def test_what_cannot_be_told_is_unclear(self, daraja, paybill, order, status, body):
        daraja.post(PUSH_URL, body=body, status=status)

        with pytest.raises(Unclear):
            collector(paybill).prompt(order)

    def test_a_refused_token_is_replaced_once(self, daraja, paybill, order):
        gateway_error(daraja, PUSH_URL, 404, "404.001.03", "Invalid Access Token")
        daraja.get(TOKEN_URL, json={"access_token": "token-2", "expires_in": 3599})
        daraja.post(PUSH_URL, json=TAKEN)

        assert collector(paybill).prompt(order).checkout_id == CHECKOUT_ID


class TestAQuery:
    ANSWERED = {
        "ResponseCode": "0",
        "ResponseDescription": "The service request has been accepted successsfully",
        "MerchantRequestID": "29115-34620561-1",
        "CheckoutRequestID": CHECKOUT_ID,
        "ResultCode": "0",
        "ResultDesc": "The service request is processed successfully.",
    }

    @pytest.mark.parametrize(
        ("code", "state", "paid"),
        [
            ("0", PromptState.ANSWERED, True),
            (0, PromptState.ANSWERED, True),
            ("1032", PromptState.ANSWERED, False),
            ("SFC_IC0003", PromptState.ANSWERED, False),
            ("4999", PromptState.PENDING, False),
            (4999, PromptState.PENDING, False),
        ],
    )
    def test_it_is_answered_at_once(self, daraja, paybill, code, state, paid):
        daraja.post(QUERY_URL, json=self.ANSWERED | {"ResultCode": code})

        standing = collector(paybill).ask(CHECKOUT_ID)

        assert (standing.state, standing.code, standing.paid) == (state, str(code), paid)
        body = sent(daraja, QUERY_URL)
        assert set(body) == {"BusinessShortCode", "Password", "Timestamp", "CheckoutRequestID"}

    @pytest.mark.parametrize(
        ("status", "code", "text", "state"),
        [
            (500, "500.001.1001", "The transaction is being processed", PromptState.PENDING),
            (500, "500.001.1001", "The transaction is still under processing",
             PromptState.PENDING),
            (400, "400.002.02", "Bad Request - Invalid CheckoutRequestID", PromptState.NOT_FOUND),
        ],
    )  # fmt: skip
    def test_a_payer_who_has_not_answered_is_no_failure(
        self, daraja, paybill, status, code, text, state
    ):
        gateway_error(daraja, QUERY_URL, status, code, text)

        standing = collector(paybill).ask(CHECKOUT_ID)

        assert (standing.state, standing.code, standing.paid) == (state, code, False)
        assert standing.exchange.request_id == "11728-2929992-1"

    @pytest.mark.parametrize(
        ("status", "code", "text", "error"),
        [
            (429, "500.003.02", "Spike Arrest Violation", Unreachable),
            (500, "500.001.1001", "Wrong credentials", Declined),
            (400, "400.002.02", "Bad Request - Invalid Timestamp", Declined),
            (500, "500.003.1001", "Internal Server Error", Unclear),
        ],
    )
    def test_any_other_error_says_nothing_of_the_prompt(
        self, daraja, paybill, status, code, text, error
    ):
        gateway_error(daraja, QUERY_URL, status, code, text)

        with pytest.raises(error):
            collector(paybill).ask(CHECKOUT_ID)

    @pytest.mark.parametrize(
        "change",
        [{"CheckoutRequestID": "ws_CO_another"}, {"ResultCode": None}, {"ResultCode": True},
         {"ResponseCode": "1"}],
    )  # fmt: skip
    def test_an_answer_that_does_not_fit_is_unclear(self, daraja, paybill, change):
        daraja.post(QUERY_URL, json=self.ANSWERED | change)

        with pytest.raises(Unclear):
            collector(paybill).ask(CHECKOUT_ID)
