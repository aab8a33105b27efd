"""The one shared token of a consumer key (daraja.md 1.2; fault F22)."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
import requests
import responses
from django.db import connection

from core import clock
from gateways.daraja import client
from gateways.errors import Declined, Unreachable
from gateways.interface import Rail
from gateways.models import AccessToken
from gateways.registry import disburser

pytestmark = pytest.mark.django_db(transaction=True)

BASE = "http://daraja.test"
TOKEN_URL = f"{BASE}/oauth/v1/generate?grant_type=client_credentials"
PAY_URL = f"{BASE}/mpesa/b2c/v3/paymentrequest"
ACCEPTED = {
    "ConversationID": "AG_1",
    "OriginatorConversationID": "PV0000000000000001",
    "ResponseCode": "0",
    "ResponseDescription": "Accept the service request successfully.",
}
TOKEN_REFUSED = {
    "requestId": "R-1", "errorCode": "401.002.01", "errorMessage": "Invalid Access Token",
}  # fmt: skip


@pytest.fixture
def daraja():
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mocked:
        yield mocked


def give_token(daraja, token="token-1", expires_in="3599"):  # noqa: S107 - made up
    daraja.get(TOKEN_URL, json={"access_token": token, "expires_in": expires_in})


def calls_to(daraja, url):
    return [call.request for call in daraja.calls if call.request.url == url]


class TestTheSharedToken:
    def test_it_is_fetched_once_for_many_calls(self, daraja, access, order):
        give_token(daraja)
        daraja.post(PAY_URL, json=ACCEPTED)

        for _ in range(3):
            disburser(Rail.MPESA_B2C, access).send(order)

        assert len(calls_to(daraja, TOKEN_URL)) == 1

    def test_another_process_finds_it_in_the_table_sealed(self, daraja, access, order):
        give_token(daraja)
        daraja.post(PAY_URL, json=ACCEPTED)
        disburser(Rail.MPESA_B2C, access).send(order)

        client.forget_tokens()
        disburser(Rail.MPESA_B2C, access).send(order)

        assert len(calls_to(daraja, TOKEN_URL)) == 1
        row = AccessToken.objects.get()
        assert "token-1" not in row.sealed_token
        assert "consumer-key" not in row.key_digest

    def test_a_wrong_secret_does_not_ride_on_the_token_of_a_right_one(self, daraja, access, order):
        give_token(daraja)
        daraja.post(PAY_URL, json=ACCEPTED)
        disburser(Rail.MPESA_B2C, access).send(order)

        disburser(Rail.MPESA_B2C, replace(access, consumer_secret="guess")).send(order)

        assert len(calls_to(daraja, TOKEN_URL)) == 2

    @pytest.mark.parametrize("expires_in", [3599, "3599"])
    def test_it_is_replaced_a_minute_before_it_expires(self, daraja, access, order, expires_in):
        give_token(daraja, expires_in=expires_in)
        daraja.post(PAY_URL, json=ACCEPTED)
        moment = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
        fetched = []

        for after_s in (0, 3_538, 3_540):
            at = moment + timedelta(seconds=after_s)
            with clock.reading_from(lambda at=at: at):
                disburser(Rail.MPESA_B2C, access).send(order)
            fetched.append(len(calls_to(daraja, TOKEN_URL)))

        assert fetched == [1, 1, 2]

    def test_threads_share_one_fetch(self, daraja, access, order):
        give_token(daraja)
        daraja.post(PAY_URL, json=ACCEPTED)
        together = Barrier(8)

        def send(_):
            together.wait()
            disburser(Rail.MPESA_B2C, access).send(order)
            return connection.connection is None

        with ThreadPoolExecutor(8) as threads:
            left_no_connection = list(threads.map(send, range(8)))

        assert len(calls_to(daraja, TOKEN_URL)) == 1
        assert all(left_no_connection)

    def test_threads_share_one_failure(self, daraja, access, order):
        together = Barrier(8)
        daraja.get(TOKEN_URL, status=503)

        def send(_):
            together.wait()
            with pytest.raises(Unreachable):
                disburser(Rail.MPESA_B2C, access).send(order)

        with ThreadPoolExecutor(8) as threads:
            list(threads.map(send, range(8)))

        assert len(calls_to(daraja, TOKEN_URL)) < 8

    def test_the_connection_of_the_caller_stays_open(self, daraja, access, order):
        give_token(daraja)
        daraja.post(PAY_URL, json=ACCEPTED)
        connection.ensure_connection()

        disburser(Rail.MPESA_B2C, access).send(order)

        assert connection.connection is not None


class TestARefusedToken:
    @pytest.mark.parametrize(
        ("status", "code"),
        [(401, "401.002.01"), (401, "401.003.01"), (401, "401.001"), (404, "404.001.03"),
         (400, "400.003.01")],
    )  # fmt: skip
    def test_it_is_replaced_once_and_the_same_reference_sent_again(
        self, daraja, access, order, status, code
    ):
        give_token(daraja, "token-1")
        give_token(daraja, "token-2")
        daraja.post(PAY_URL, json=TOKEN_REFUSED | {"errorCode": code}, status=status)
        daraja.post(PAY_URL, json=ACCEPTED)

        disburser(Rail.MPESA_B2C, access).send(order)

        first, second = calls_to(daraja, PAY_URL)
        assert first.body == second.body
        assert second.headers["Authorization"] == "Bearer token-2"

    def test_a_second_refusal_was_surely_not_accepted(self, daraja, access, order):
        give_token(daraja, "token-1")
        give_token(daraja, "token-2")
        daraja.post(PAY_URL, json=TOKEN_REFUSED, status=401)

        with pytest.raises(Unreachable) as caught:
            disburser(Rail.MPESA_B2C, access).send(order)

        assert caught.value.code == "401.002.01"
        assert len(calls_to(daraja, PAY_URL)) == 2

    def test_a_worker_takes_the_token_that_another_one_fetched(self, daraja, access, order):
        give_token(daraja, "token-1")
        give_token(daraja, "token-2")
        daraja.post(PAY_URL, json=ACCEPTED)
        daraja.post(PAY_URL, json=TOKEN_REFUSED, status=401)
        daraja.post(PAY_URL, json=ACCEPTED)
        gateway = disburser(Rail.MPESA_B2C, access)
        gateway.send(order)
        remembered = dict(client._kept)
        gateway.send(order)
        client._kept.update(remembered)
        daraja.replace(responses.POST, PAY_URL, json=TOKEN_REFUSED, status=401)

        with pytest.raises(Unreachable):
            gateway.send(order)

        assert len(calls_to(daraja, TOKEN_URL)) == 2
        used = [call.headers["Authorization"] for call in calls_to(daraja, PAY_URL)[-2:]]
        assert used == ["Bearer token-1", "Bearer token-2"]


class TestTheTokenEndpoint:
    def test_a_wrong_key_or_secret_is_declined_with_its_code(self, daraja, access, order):
        daraja.get(TOKEN_URL, status=400, body=b"")

        with pytest.raises(Declined) as caught:
            disburser(Rail.MPESA_B2C, access).send(order)

        assert caught.value.code == "400"
        assert not calls_to(daraja, PAY_URL)

    @pytest.mark.parametrize(
        "answer",
        [
            {"body": requests.ConnectionError("refused")},
            {"body": requests.ReadTimeout("silence")},
            {"status": 503, "body": b"<html>Incapsula</html>"},
            {"status": 429},
            {"body": b"<html>Welcome</html>"},
            {"json": {"access_token": "", "expires_in": "3599"}},
            {"json": {"access_token": "a b\r\nX: y", "expires_in": "3599"}},
            {"json": {"access_token": 5, "expires_in": "3599"}},
            {"json": {"access_token": "t", "expires_in": True}},
            {"json": {"access_token": "t", "expires_in": "soon"}},
            {"json": {"access_token": "t"}},
        ],
    )
    def test_one_that_is_down_or_talks_nonsense_leaves_nothing_sent(
        self, daraja, access, order, answer
    ):
        daraja.get(TOKEN_URL, **answer)

        with pytest.raises(Unreachable):
            disburser(Rail.MPESA_B2C, access).send(order)

        assert not calls_to(daraja, PAY_URL)

    def test_no_secret_stands_in_what_is_logged(self, daraja, access, order):
        daraja.get(TOKEN_URL, json={"access_token": "token-1", "expires_in": "soon"})

        with pytest.raises(Unreachable) as caught:
            disburser(Rail.MPESA_B2C, access).send(order)

        told = repr(caught.value.exchange) + repr(access) + str(caught.value)
        assert "token-1" not in told
        assert "consumer-secret" not in told
        assert "Initiator#1" not in told
