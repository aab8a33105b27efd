"""Result bodies in every documented shape (daraja.md 3.4, 5.1, 5.2, 10)."""

import json
from collections.abc import Sequence
from datetime import datetime
from random import Random
from typing import Any

from gateways.simulator import identifiers
from gateways.simulator.wire import Body

INTERNAL_TIMEOUT_URL = "https://internal.simulator.invalid/results/v1/submit"

DEFAULT_REFERENCES = (("QueueTimeoutURL", INTERNAL_TIMEOUT_URL),)

DESCRIPTIONS = {
    "0": "The service request is processed successfully.",
    "1": "The balance is insufficient for the transaction.",
    "2": "Declined due to limit rule: less than the minimum transaction amount.",
    "3": "Declined due to limit rule: greater than the maximum transaction amount.",
    "4": "Declined due to limit rule: would exceed daily transfer limit.",
    "8": "Declined due to limit rule: would exceed the maximum balance.",
    "15": "Duplicate detected.",
    "17": "System internal error.",
    "21": "The initiator is not allowed to initiate this request.",
    "26": "System busy. The service request is rejected.",
    "1005": "The account reference is invalid.",
    "2001": "The initiator information is invalid.",
    "2007": "External validation failed.",
    "2028": "The request is not permitted according to product assignment.",
    "2033": "The transaction does not exist.",
    "2040": "Credit Party customer type (Unregistered or Registered Customer) can't be supported.",
    "2051": "The MSISDN is invalid.",
    "8006": "The security credential is locked.",
    "SFC_IC0003": "The operator does not exist.",
    "100000000": "Request cached, waiting for resending.",
    "100000002": "The request is throttled.",
}

DEMO_NAMES = (
    "Amina Example",
    "Brian Specimen",
    "Cherono Sample",
    "Daudi Example",
    "Esther Sample",
    "Farida Specimen",
)

Parameters = list[tuple[str, Any]]


class Shape:
    """The form one result takes: plain, or drawn from the variants seen in the documents."""

    def __init__(self, draw: Random, *, varied: bool) -> None:
        self._draw = draw
        self._varied = varied

    def turns(self, rate: float) -> bool:
        """Whether a variant with this rate happens."""
        return self._varied and self._draw.random() < rate

    def code(self, code: str) -> int | str:
        """A numeric code as a number or as text; other codes are always text."""
        if code.isdigit() and not self.turns(0.4):
            return int(code)
        return code

    def amount(self, shillings: int) -> float | str:
        """An amount as a number or as text."""
        return f"{shillings}.00" if self.turns(0.3) else float(shillings)

    def success_parameters(self, parameters: Parameters, *, may_be_blank: str) -> Body:
        """A list; sometimes with a repeated key or an item without its Value."""
        items = [{"Key": key, "Value": value} for key, value in parameters]
        if self.turns(0.15):
            items.append(dict(items[0]))
        if self.turns(0.15):
            for item in items:
                if item["Key"] == may_be_blank:
                    item.pop("Value", None)
        return {"ResultParameter": items}

    def failure_parameters(self, at: datetime) -> Body | None:
        """Missing, one bare object, or a list of one."""
        if not self.turns(0.5):
            return None
        item = {"Key": "BOCompletedTime", "Value": int(identifiers.digits_stamp(at))}
        return {"ResultParameter": [item] if self.turns(0.4) else item}

    def reference_data(self, items: Parameters) -> Body:
        """A list, or one object when there is only one."""
        listed = [
            {"Key": key} if value is None else {"Key": key, "Value": value} for key, value in items
        ]
        if len(listed) == 1 and not self.turns(0.3):
            return {"ReferenceItem": listed[0]}
        return {"ReferenceItem": listed}

    def failed_id(self, at: datetime) -> str:
        """The day's placeholder, or an id that only looks like a receipt (daraja.md A.8)."""
        if self.turns(0.3):
            return identifiers.receipt(at, draw=self._draw)
        return identifiers.placeholder(at)


def result(
    shape: Shape,
    *,
    code: str,
    reference: str,
    conversation_id: str,
    transaction_id: str,
    parameters: Body | None,
    references: Sequence[tuple[str, Any]] = DEFAULT_REFERENCES,
) -> bytes:
    """The `Result` envelope."""
    envelope: Body = {
        "ResultType": 0,
        "ResultCode": shape.code(code),
        "ResultDesc": DESCRIPTIONS.get(code, "The request could not be processed."),
        "OriginatorConversationID": reference,
        "ConversationID": conversation_id,
        "TransactionID": transaction_id,
    }
    if parameters is not None:
        envelope["ResultParameters"] = parameters
    envelope["ReferenceData"] = shape.reference_data(list(references))
    return json.dumps({"Result": envelope}).encode()


def public_name(number: str, name: str) -> str:
    """`2547XXXXXXXX - FULL NAME`."""
    return f"{number} - {name}"
