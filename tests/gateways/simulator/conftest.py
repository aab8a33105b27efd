"""A caller that speaks the provider's wire, and a clock that the test moves."""

import base64
import itertools
import json
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import padding

from gateways.simulator import Response, Simulator

START = datetime(2026, 3, 9, 7, 0, tzinfo=UTC)
B2C = "/mpesa/b2c/v3/paymentrequest"
STATUS = "/mpesa/transactionstatus/v1/query"
BALANCE = "/mpesa/accountbalance/v1/query"


def seal(certificate_pem, password):
    """A SecurityCredential made from the certificate."""
    key = x509.load_pem_x509_certificate(certificate_pem).public_key()
    return base64.b64encode(key.encrypt(password.encode(), padding.PKCS1v15())).decode()


class Caller:
    """One business that calls the simulator in-process."""

    def __init__(self, **switches):
        self.now = START
        self.simulator = Simulator(clock=lambda: self.now, **switches)
        self.numbers = itertools.count(1)
        self.bearer = self.token().json()["access_token"]
        self.credential = self.sealed("Right#Password1")

    def sealed(self, password):
        return seal(self.simulator.certificate_pem, password)

    def token(self, consumer="key:thing", grant="client_credentials"):
        basic = base64.b64encode(consumer.encode()).decode()
        path = f"/oauth/v1/generate?grant_type={grant}"
        return self.simulator.handle("GET", path, {"Authorization": f"Basic {basic}"})

    def post(self, path, body, **headers):
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        sent = {"Authorization": f"Bearer {self.bearer}", "Content-Type": "application/json"}
        return self.simulator.handle("POST", path, sent | headers, content)

    def payment(self, msisdn="254700000001", amount=1000, **changes):
        number = next(self.numbers)
        return {
            "OriginatorConversationID": f"ref-{number}",
            "InitiatorName": "operator",
            "SecurityCredential": self.credential,
            "CommandID": "BusinessPayment",
            "Amount": amount,
            "PartyA": "600001",
            "PartyB": msisdn,
            "Remarks": f"Payout {number}",
            "QueueTimeOutURL": "https://vault.test/timeout",
            "ResultURL": "https://vault.test/result",
        } | changes

    def pay(self, msisdn="254700000001", amount=1000, **changes):
        return self.post(B2C, self.payment(msisdn, amount, **changes))

    def query(self, command, **changes):
        return {
            "Initiator": "operator",
            "SecurityCredential": self.credential,
            "CommandID": command,
            "PartyA": "600001",
            "IdentifierType": "4",
            "ResultURL": "https://vault.test/answer",
            "QueueTimeOutURL": "https://vault.test/timeout",
            "Remarks": "Asking",
        } | changes

    def ask(self, **changes):
        return self.post(STATUS, self.query("TransactionStatusQuery", **changes))

    def ask_balance(self, **changes):
        return self.post(BALANCE, self.query("AccountBalance", **changes))

    def control(self, name, values=None):
        method = "GET" if values is None else "POST"
        body = b"" if values is None else json.dumps(values).encode()
        return self.simulator.handle(method, f"/_simulator/{name}", {}, body)

    def wait(self, seconds):
        """Move the clock; returns the callbacks that became due."""
        self.now += timedelta(seconds=seconds)
        return self.simulator.due_callbacks()

    def results(self, seconds=10):
        """The `Result` objects that became due."""
        return [json.loads(pending.body)["Result"] for pending in self.wait(seconds)]

    def status_of(self, reference, seconds=10):
        """The code and the parameters of a status query's result."""
        self.ask(OriginalConversationID=reference)
        (answer,) = [
            json.loads(pending.body)["Result"]
            for pending in self.wait(seconds)
            if pending.kind == "status"
        ]
        return str(answer["ResultCode"]), parameters(answer)

    @property
    def moves(self):
        return self.simulator.book.moves


def parameters(result):
    """Result parameters as a dict, whatever shape they came in."""
    items = result.get("ResultParameters", {}).get("ResultParameter", [])
    listed = items if isinstance(items, list) else [items]
    return {item["Key"]: item.get("Value") for item in listed}


@pytest.fixture
def calling():
    """Makes callers of simulators with the switches that a test wants."""
    return Caller


@pytest.fixture
def caller():
    """A caller of a plain simulator."""
    return Caller()


@pytest.fixture
def read_parameters():
    return parameters


@pytest.fixture
def seal_with():
    return seal


@pytest.fixture
def refused():
    """Checks a gateway error: status, code and text."""

    def check(reply, status, code, text):
        assert isinstance(reply, Response)
        assert reply.status == status
        body = reply.json()
        assert body["errorCode"] == code
        assert text in body["errorMessage"]
        assert body["requestId"]

    return check
