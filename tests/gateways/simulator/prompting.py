"""A business that collects at the simulator, in-process."""

import base64
import hashlib
import json

from gateways.simulator.identifiers import NAIROBI

PUSH = "/mpesa/stkpush/v1/processrequest"
QUERY = "/mpesa/stkpushquery/v1/query"
REGISTER = "/mpesa/c2b/v2/registerurl"
PULL_REGISTER = "/pulltransactions/v1/register"
PULL = "/pulltransactions/v1/query"
PAYBILL = "600321"
PAYER = "254700000001"
TAKEN = {"ResultCode": "0", "ResultDesc": "Accepted"}
HASH = hashlib.sha256(PAYER.encode()).hexdigest()


class Till:
    """Speaks the collecting side through a Caller (conftest.py)."""

    def __init__(self, caller):
        self.caller = caller
        self.simulator = caller.simulator

    def signed(self, passkey="letters", shortcode=PAYBILL, at=None):
        stamp = f"{(at or self.caller.now).astimezone(NAIROBI):%Y%m%d%H%M%S}"
        password = base64.b64encode(f"{shortcode}{passkey}{stamp}".encode()).decode()
        return {"BusinessShortCode": shortcode, "Password": password, "Timestamp": stamp}

    def prompt(self, msisdn=PAYER, amount=1000, *, signed=None, **changes):
        return self.caller.post(PUSH, (signed or self.signed()) | {
            "TransactionType": "CustomerPayBillOnline",
            "Amount": amount,
            "PartyA": msisdn,
            "PartyB": PAYBILL,
            "PhoneNumber": msisdn,
            "CallBackURL": "https://vault.test/stk",
            "AccountReference": "HSE-12",
            "TransactionDesc": "Rent",
        } | changes)  # fmt: skip

    def standing(self, checkout_id):
        return self.caller.post(QUERY, self.signed() | {"CheckoutRequestID": checkout_id})

    def register(self, path=REGISTER, **changes):
        return self.caller.post(path, {
            "ShortCode": PAYBILL,
            "ResponseType": "Completed",
            "ConfirmationURL": "https://vault.test/confirmation",
            "ValidationURL": "https://vault.test/validation",
        } | changes)  # fmt: skip

    def pay(self, msisdn=PAYER, amount=500, account="HSE-12"):
        """A person pays straight to the paybill, by the control address."""
        return self.caller.control("pay", {
            "shortcode": PAYBILL, "msisdn": msisdn, "amount": amount, "account": account,
        }).json()  # fmt: skip

    def answer(self, callback, body, status=200):
        self.simulator.delivered(callback.number, status=status, answer=json.dumps(body).encode())

    def callbacks(self, seconds=10):
        """What became due: kind and body."""
        return [(due.kind, json.loads(due.body)) for due in self.caller.wait(seconds)]

    def told(self, seconds=10):
        """The `stkCallback` objects that became due."""
        return [
            body["Body"]["stkCallback"] for kind, body in self.callbacks(seconds) if kind == "stk"
        ]

    @property
    def received(self):
        return self.simulator.book.received


def metadata(callback):
    """The items of a callback as a dict."""
    items = callback.get("CallbackMetadata", {}).get("Item", [])
    return {item["Name"]: item.get("Value") for item in items}
