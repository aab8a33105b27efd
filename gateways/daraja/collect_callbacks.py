"""Callbacks of the collecting side to typed events (daraja.md 2.2, 5.4).

Strict where money hangs on it (receipt, amount, shortcode, code), lenient where it decorates.
"""

import re
from collections.abc import Callable
from types import MappingProxyType
from typing import Any

from gateways.daraja.parameters import (
    CURRENCY,
    TEXT_CHARACTERS_MAX,
    Parameters,
    code_of,
    id_of,
    minor_of,
    moment_of,
    receipt_of,
)
from gateways.daraja.payer import payer_of, text_of
from gateways.interface import (
    Event,
    PaymentConfirmed,
    PaymentToValidate,
    PromptAnswered,
    Unreadable,
)

SUCCESS = "0"
_SHORTCODE = re.compile(r"[0-9]{5,9}", re.ASCII)


def read_prompt(body: object) -> PromptAnswered:
    """How a prompt ended; only a success has metadata, and a success may lack it (2.2)."""
    callback = _object(_object(_object(body, "the body").get("Body"), "Body").get("stkCallback"),
                       "stkCallback")  # fmt: skip
    code = code_of(callback.get("ResultCode"))
    checkout_id = id_of(callback, "CheckoutRequestID")
    if not checkout_id:
        raise Unreadable("stkCallback has no CheckoutRequestID")
    text = callback.get("ResultDesc")
    items = _metadata(callback.get("CallbackMetadata"))
    paid = code == SUCCESS
    return PromptAnswered(
        checkout_id=checkout_id,
        merchant_request_id=id_of(callback, "MerchantRequestID"),
        code=code,
        text=text[:TEXT_CHARACTERS_MAX] if isinstance(text, str) else "",
        receipt=receipt_of(items.one("MpesaReceiptNumber")) if paid else "",
        amount_minor=minor_of(items.one("Amount"), name="Amount") if paid else None,
        payer=payer_of(items.one("PhoneNumber")),
        paid_at=moment_of(items.one("TransactionDate")) if paid else None,
    )


def read_confirmation(body: object) -> PaymentConfirmed:
    """A payment that was made (5.4)."""
    fields = _object(body, "the body")
    return PaymentConfirmed(**_payment(fields), balance_minor=_balance(fields))


def read_validation(body: object) -> PaymentToValidate:
    """A payment that waits for our answer (5.4)."""
    return PaymentToValidate(**_payment(_object(body, "the body")))


READERS: MappingProxyType[str, Callable[[object], Event]] = MappingProxyType(
    {
        "stk": read_prompt,
        "c2b-confirmation": read_confirmation,
        "c2b-validation": read_validation,
    }
)


def _payment(fields: dict[str, Any]) -> dict[str, Any]:
    receipt = receipt_of(fields.get("TransID"))
    shortcode = text_of(fields.get("BusinessShortCode"))
    amount_minor = minor_of(fields.get("TransAmount"), name="TransAmount")
    if not receipt:
        raise Unreadable("TransID is not a receipt")
    if not _SHORTCODE.fullmatch(shortcode):
        raise Unreadable("BusinessShortCode is not a shortcode")
    if amount_minor is None or amount_minor <= 0:
        raise Unreadable("TransAmount is missing or not above 0")
    names = (text_of(fields.get(key)) for key in ("FirstName", "MiddleName", "LastName"))
    return {
        "receipt": receipt,
        "shortcode": shortcode,
        "amount_minor": amount_minor,
        "currency": CURRENCY,
        "account": text_of(fields.get("BillRefNumber")),
        "payer": payer_of(fields.get("MSISDN")),
        "payer_name": " ".join(name for name in names if name),
        "paid_at": moment_of(fields.get("TransTime")),
        "kind": text_of(fields.get("TransactionType")),
        "our_reference": text_of(fields.get("ThirdPartyTransID")),
    }


def _balance(fields: dict[str, Any]) -> int | None:
    key = "OrgAccountBalance"
    try:
        return minor_of(fields.get(key) or None, name=key)
    except Unreadable:
        return None


def _metadata(holder: object) -> Parameters:
    if holder in (None, ""):
        return Parameters({})
    items = _object(holder, "CallbackMetadata").get("Item")
    if items in (None, ""):
        items = []
    values: dict[str, list[Any]] = {}
    for item in items if isinstance(items, list) else [items]:
        fields = _object(item, "an item of CallbackMetadata")
        name = fields.get("Name")
        if not isinstance(name, str):
            raise Unreadable("an item of CallbackMetadata has no Name")
        values.setdefault(name, []).append(fields.get("Value"))
    return Parameters(values)


def _object(value: object, name: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Unreadable(f"{name} is not an object")
    return value
