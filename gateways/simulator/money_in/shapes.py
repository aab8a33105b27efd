"""Bodies of callbacks and numbers in every form they are seen in (daraja.md 2.2, 5.4, 10)."""

import hashlib
import json
from datetime import datetime
from random import Random
from typing import Any

from gateways.simulator.identifiers import digits_stamp
from gateways.simulator.money_in.behaviour import Phone
from gateways.simulator.money_in.state import Prompt

DESCRIPTIONS = {
    "0": "The service request is processed successfully.",
    "1": "The balance is insufficient for the transaction.",
    "17": "Rule limited.",
    "26": "System busy. The service request is rejected.",
    "1019": "Transaction has expired.",
    "1025": "An error occurred while sending a push request.",
    "1032": "Request cancelled by user.",
    "1037": "DS timeout user cannot be reached.",
    "2001": "The initiator information is invalid.",
    "2028": "The request is not permitted according to product assignment.",
    "4999": "The transaction is still under processing",
    "8006": "The security credential is locked.",
}
FIRST_NAMES = ("AMINA", "BRIAN", "CHEROTICH", "DAVID", "ESTHER", "FATUMA")


def described(code: str) -> str:
    """What the provider writes beside a code."""
    return DESCRIPTIONS.get(code, "The request could not be processed.")


def masked(msisdn: str, *, draw: Random) -> str:
    """`25470****149`, `2547 ***** 126` or `254708***430`: all three are printed."""
    return draw.choice(
        (
            f"{msisdn[:5]}****{msisdn[-3:]}",
            f"{msisdn[:4]} ***** {msisdn[-3:]}",
            f"{msisdn[:6]}***{msisdn[-3:]}",
        )
    )


def stk_callback(prompt: Prompt, code: str, at: datetime, *, draw: Random) -> bytes:
    """`Body.stkCallback`; metadata only for a success (daraja.md 2.2)."""
    callback: dict[str, Any] = {
        "MerchantRequestID": prompt.merchant_request_id,
        "CheckoutRequestID": prompt.checkout_id,
        "ResultCode": int(code) if code.isdigit() else code,
        "ResultDesc": described(code),
    }
    if code == "0" and not prompt.behaviour.bare:
        items: list[dict[str, Any]] = [
            {"Name": "Amount", "Value": prompt.amount * 1.0},
            {"Name": "MpesaReceiptNumber", "Value": prompt.receipt},
            {"Name": "Balance"},
            {"Name": "TransactionDate", "Value": int(digits_stamp(prompt.ended_at or at))},
        ]
        if prompt.behaviour.phone is Phone.FULL:
            items.append({"Name": "PhoneNumber", "Value": int(prompt.msisdn)})
        elif prompt.behaviour.phone is Phone.MASKED:
            items.append({"Name": "PhoneNumber", "Value": masked(prompt.msisdn, draw=draw)})
        callback["CallbackMetadata"] = {"Item": items}
    return json.dumps({"Body": {"stkCallback": callback}}).encode()


def c2b_body(
    *, receipt: str, shortcode: str, msisdn: str, amount: int, account: str, at: datetime,
    version: int, draw: Random, kind: str = "Pay Bill", balance: int | None = None,
    our_reference: str = "",
) -> bytes:  # fmt: skip
    """A validation (without `balance`) or a confirmation (daraja.md 5.4)."""
    hashed = hashlib.sha256(msisdn.encode()).hexdigest()
    body = {
        "TransactionType": kind,
        "TransID": receipt,
        "TransTime": digits_stamp(at),
        "TransAmount": f"{amount}.00",
        "BusinessShortCode": shortcode,
        "BillRefNumber": account,
        "InvoiceNumber": "",
        "OrgAccountBalance": "" if balance is None else f"{balance}.00",
        "ThirdPartyTransID": our_reference,
        "MSISDN": hashed if version == 1 else masked(msisdn, draw=draw),
        "FirstName": draw.choice(FIRST_NAMES),
        "MiddleName": "",
        "LastName": "",
    }
    return json.dumps(body).encode()
