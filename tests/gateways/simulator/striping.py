"""A platform that speaks Stripe's wire to the simulator, on a clock that the test moves."""

import json
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from gateways.simulator import Simulator

START = datetime(2026, 3, 9, 7, 0, tzinfo=UTC)
FORM = "application/x-www-form-urlencoded"
ACCOUNT = "acct_0001"
WEBHOOK = "https://vault.test/stripe"
SECRET = "whsec_test"
TEST_KEY = "sk_test_1"


class Platform:
    """One platform with one account that may receive."""

    def __init__(self, **switches):
        self.now = START
        self.simulator = Simulator(clock=lambda: self.now, **switches)
        self.control("stripe-account", id=ACCOUNT, country="US")

    def control(self, name, **values):
        method = "POST" if values else "GET"
        body = json.dumps(values).encode() if values else b""
        reply = self.simulator.handle(method, f"/_simulator/{name}", {}, body)
        assert reply.status == 200, reply.body
        return reply.json()

    def post(self, path, fields, key="", secret=TEST_KEY, kind=FORM):
        headers = {"Authorization": f"Bearer {secret}", "Content-Type": kind}
        if key:
            headers["Idempotency-Key"] = key
        return self.simulator.handle("POST", path, headers, urlencode(fields).encode())

    def get(self, path, **query):
        headers = {"Authorization": f"Bearer {TEST_KEY}"}
        return self.simulator.handle("GET", f"{path}?{urlencode(query)}", headers)

    def pay(self, key="", amount=1000, secret=TEST_KEY, **changes):
        fields = {"amount": amount, "currency": "usd", "destination": ACCOUNT} | changes
        return self.post("/v1/transfers", fields, key=key, secret=secret)

    def script(self, *faults, destination=ACCOUNT):
        self.control("stripe-script", destination=destination, faults=list(faults))

    def wait(self, **gap):
        """Move the clock; the callbacks that became due."""
        self.now += timedelta(**gap)
        return self.simulator.due_callbacks()

    @property
    def paid(self):
        """How many transfers the book has."""
        self.simulator.due_callbacks()
        return self.control("stripe-book")["count"]
