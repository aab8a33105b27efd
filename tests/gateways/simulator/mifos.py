"""A caller that speaks Fineract's wire to the simulator, on a clock that the test moves."""

import base64
import json
from datetime import UTC, datetime, timedelta

from gateways.simulator import Simulator

START = datetime(2026, 3, 9, 7, 0, tzinfo=UTC)
TODAY = "2026-03-09"
TENANT = "umoja"
API = "/fineract-provider/api/v1"
PASSWORD = "only-for-tests"


class Lender:
    """One tenant with a user for the vault."""

    def __init__(self, version="1.12.0", *, tenant=None, **switches):
        self.now = START
        self.simulator = Simulator(clock=lambda: self.now, **switches)
        self.control("tenant", version=version, **(tenant or {}))
        self.control("user", username="vault", password=PASSWORD)

    def control(self, address, /, **values):
        values = {"tenant": TENANT} | values
        reply = self.simulator.handle(
            "POST", f"/_simulator/fineract/{address}", {}, json.dumps(values).encode()
        )
        assert reply.status == 200, reply.body
        return reply.json()

    def shown(self, name):
        return self.simulator.handle("GET", f"/_simulator/fineract/{name}", {}).json()

    def headers(self, user="vault", password=PASSWORD, tenant=TENANT, key=""):
        basic = base64.b64encode(f"{user}:{password}".encode()).decode()
        headers = {"Authorization": f"Basic {basic}"}
        headers |= {"Fineract-Platform-TenantId": tenant} if tenant else {}
        return headers | ({"Idempotency-Key": key} if key else {})

    def get(self, path, **who):
        return self.simulator.handle("GET", API + path, self.headers(**who))

    def post(self, path, body, method="POST", **who):
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.simulator.handle(method, API + path, self.headers(**who), content)

    def loan(self, **values):
        return self.control("loan", **{"gross": "10000", "net": "9500", **values})["id"]

    def order(self, **changes):
        body = {
            "actualDisbursementDate": TODAY, "transactionAmount": 10000, "paymentTypeId": 2,
            "receiptNumber": "RECEIPT1", "accountNumber": "254700100001", "externalId": "ours-1",
            "note": "Paid by M-Pesa", "locale": "en", "dateFormat": "yyyy-MM-dd",
        } | changes  # fmt: skip
        return {name: value for name, value in body.items() if value is not None}

    def disburse(self, loan_id, key="", **changes):
        return self.post(f"/loans/{loan_id}?command=disburse", self.order(**changes), key=key)

    def act(self, loan_id, command, **body):
        return self.control("act", path=f"/loans/{loan_id}", command=command, body=body)

    def state(self, loan_id):
        return self.there(loan_id)["state"]

    def there(self, loan_id):
        (found,) = [loan for loan in self.shown("loans")["loans"] if loan["id"] == loan_id]
        return found

    def script(self, *faults, **values):
        self.control("script", faults=list(faults), **values)

    def wait(self, **gap):
        """Move the clock; the callbacks that became due."""
        self.now += timedelta(**gap)
        return self.simulator.due_callbacks()

    @property
    def book(self):
        self.simulator.due_callbacks()
        return self.shown("book")


def refused(reply):
    """Status, the code at the top and the code of the first error."""
    body = reply.json()
    first = body["errors"][0]["userMessageGlobalisationCode"] if body["errors"] else ""
    return reply.status, body["userMessageGlobalisationCode"], first
