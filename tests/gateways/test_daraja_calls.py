"""What we send to Daraja, and its one shared token (daraja.md 1.2, 3.1, 5; fault F22)."""

import json
from dataclasses import replace

import pytest
import requests
import responses
from django.db import transaction

from gateways.errors import Declined, Unclear
from gateways.http import CallInTransaction
from gateways.interface import BalanceQuestion, Rail, StatusQuestion
from gateways.registry import disburser

pytestmark = pytest.mark.django_db(transaction=True)

BASE = "http://daraja.test"
TOKEN_URL = f"{BASE}/oauth/v1/generate?grant_type=client_credentials"
PAY_URL = f"{BASE}/mpesa/b2c/v3/paymentrequest"
STATUS_URL = f"{BASE}/mpesa/transactionstatus/v1/query"
BALANCE_URL = f"{BASE}/mpesa/accountbalance/v1/query"
ACCEPTED = {
    "ConversationID": "AG_1",
    "OriginatorConversationID": "PV0000000000000001",
    "ResponseCode": "0",
    "ResponseDescription": "Accept the service request successfully.",
}


@pytest.fixture
def daraja():
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mocked:
        yield mocked


def give_token(daraja, token="token-1", expires_in="3599"):  # noqa: S107 - made up
    daraja.get(TOKEN_URL, json={"access_token": token, "expires_in": expires_in})


def calls_to(daraja, url):
    return [call.request for call in daraja.calls if call.request.url == url]


def sent(daraja, url):
    return json.loads(calls_to(daraja, url)[-1].body)


class TestAPayout:
    def test_the_body_is_as_documented(self, daraja, access, order):
        give_token(daraja)
        daraja.post(PAY_URL, json=ACCEPTED)

        answer = disburser(Rail.MPESA_B2C, access).send(order)

        body = sent(daraja, PAY_URL)
        assert len(body.pop("SecurityCredential")) == 344
        assert body == {
            "OriginatorConversationID": "PV0000000000000001",
            "InitiatorName": "apiop",
            "CommandID": "BusinessPayment",
            "Amount": 1250,
            "PartyA": "600123",
            "PartyB": "254700000001",
            "Remarks": "November wages",
            "QueueTimeOutURL": order.urls.timeout,
            "ResultURL": order.urls.result,
            "Occassion": "PAY-1",
        }
        assert (answer.conversation_id, answer.originator_id) == ("AG_1", order.reference)

    def test_bearer_and_basic_are_as_documented(self, daraja, access, order):
        give_token(daraja)
        daraja.post(PAY_URL, json=ACCEPTED)

        disburser(Rail.MPESA_B2C, access).send(order)

        assert calls_to(daraja, PAY_URL)[0].headers["Authorization"] == "Bearer token-1"
        assert calls_to(daraja, TOKEN_URL)[0].headers["Authorization"] == (
            "Basic Y29uc3VtZXIta2V5OmNvbnN1bWVyLXNlY3JldA=="
        )

    @pytest.mark.parametrize("change", [{"amount_minor": 125_050}, {"currency": "USD"}])
    def test_only_whole_shillings_leave(self, daraja, access, order, change):
        with pytest.raises(Declined):
            disburser(Rail.MPESA_B2C, access).send(replace(order, **change))

        assert not daraja.calls

    def test_remarks_are_never_too_short_or_too_long(self, daraja, access, order):
        give_token(daraja)
        daraja.post(PAY_URL, json=ACCEPTED)
        gateway = disburser(Rail.MPESA_B2C, access)

        gateway.send(replace(order, remarks=" "))
        short = sent(daraja, PAY_URL)["Remarks"]
        gateway.send(replace(order, remarks="r" * 300))
        long = sent(daraja, PAY_URL)["Remarks"]

        assert (short, len(long)) == ("BusinessPayment", 100)

    def test_a_broken_certificate_is_declined_before_anything_leaves(self, daraja, access, order):
        broken = replace(access, certificate="not a certificate")

        with pytest.raises(Declined, match="not a certificate"):
            disburser(Rail.MPESA_B2C, broken).send(order)

        assert not daraja.calls

    def test_a_lost_answer_is_unclear_and_not_sent_again(self, daraja, access, order):
        give_token(daraja)
        daraja.post(PAY_URL, body=requests.ReadTimeout("no answer"))

        with pytest.raises(Unclear):
            disburser(Rail.MPESA_B2C, access).send(order)

        assert len(calls_to(daraja, PAY_URL)) == 1

    def test_an_error_carries_code_text_and_request_id(self, daraja, access, order):
        give_token(daraja)
        refusal = {"requestId": "R-9", "errorCode": "400.002.02", "errorMessage": "Bad Request"}
        daraja.post(PAY_URL, json=refusal, status=400)

        with pytest.raises(Declined) as caught:
            disburser(Rail.MPESA_B2C, access).send(order)

        assert (caught.value.code, caught.value.text) == ("400.002.02", "Bad Request")
        assert caught.value.exchange.request_id == "R-9"
        assert 'SecurityCredential": "[removed]' in caught.value.exchange.request_body

    def test_it_is_never_called_inside_a_transaction(self, daraja, access, order):
        with pytest.raises(CallInTransaction), transaction.atomic():
            disburser(Rail.MPESA_B2C, access).send(order)

        assert not daraja.calls


class TestQuestions:
    def test_a_status_query_names_the_reference_and_no_transaction(self, daraja, access, urls):
        give_token(daraja)
        daraja.post(STATUS_URL, json=ACCEPTED | {"OriginatorConversationID": "Q-1"})
        question = StatusQuestion(reference="PV1", remarks="Status", urls=urls)

        answer = disburser(Rail.MPESA_B2C, access).ask(question)

        body = sent(daraja, STATUS_URL)
        assert body["OriginalConversationID"] == "PV1"
        assert not {"TransactionID", "OriginatorConversationID", "InitiatorName"} & set(body)
        assert (body["Initiator"], body["IdentifierType"]) == ("apiop", "4")
        assert body["CommandID"] == "TransactionStatusQuery"
        assert answer.originator_id == "Q-1"

    def test_a_balance_query(self, daraja, access, urls):
        give_token(daraja)
        daraja.post(BALANCE_URL, json=ACCEPTED)

        disburser(Rail.MPESA_B2C, access).ask_balance(BalanceQuestion(remarks="", urls=urls))

        body = sent(daraja, BALANCE_URL)
        assert (body["CommandID"], body["PartyA"]) == ("AccountBalance", "600123")
        assert body["Remarks"] == "AccountBalance"
