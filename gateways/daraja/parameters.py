"""Strict reading of a Result: ids, codes, parameters, money, moments (daraja.md 3.4, 5.1)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from core.clock import NAIROBI
from core.money import BadAmount, exponent
from gateways.interface import Unreadable

CURRENCY = "KES"
CHARGES = "DebitPartyCharges"
CHARGE_FIELDS = 3
ID_CHARACTERS_MAX = 100
TEXT_CHARACTERS_MAX = 1_000
AMOUNT_MAX = Decimal(10) ** 13
_CODE = re.compile(r"[A-Za-z0-9_.]{1,30}", re.ASCII)
_DECIMAL = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,4})?", re.ASCII)
_RECEIPT = re.compile(r"[A-Z0-9]{10}", re.ASCII)
_PLACEHOLDER_END = "0000000"
_MOMENTS = (
    (re.compile(r"[0-9]{14}", re.ASCII), "%Y%m%d%H%M%S"),
    (re.compile(r"[0-9]{2}\.[0-9]{2}\.[0-9]{4} [0-9:]{8}", re.ASCII), "%d.%m.%Y %H:%M:%S"),
)


@dataclass(frozen=True, kw_only=True)
class Result:
    """The envelope that every final answer shares; whose ids these are depends on the kind."""

    code: str
    text: str
    originator_id: str
    conversation_id: str
    transaction_id: str
    parameters: "Parameters"


class Parameters:
    """ResultParameter as a list, one object or nothing; keys may repeat or lack a Value."""

    def __init__(self, values: Mapping[str, list[Any]]) -> None:
        self._values = values

    def one(self, key: str) -> Any:
        """The value of a key, None without one; Unreadable when repeats disagree."""
        found = [value for value in self._values.get(key, ()) if value not in (None, "")]
        if any(value != found[0] or type(value) is not type(found[0]) for value in found):
            raise Unreadable(f"{key} occurs twice with different values")
        return found[0] if found else None

    def text(self, key: str) -> str:
        """A text, empty without one; Unreadable for anything else."""
        value = self.one(key)
        if value is not None and not isinstance(value, str):
            raise Unreadable(f"{key} is not a text")
        return (value or "")[:TEXT_CHARACTERS_MAX]


def read_result(body: object) -> Result:
    """The Result of a body; raises Unreadable."""
    result = _object(body, "the body").get("Result")
    fields = _object(result, "Result")
    if fields.get("ResultType") not in (None, 0, "0") or fields.get("ResultType") is False:
        raise Unreadable("ResultType is not 0: the answer is not final")
    return Result(
        code=code_of(fields.get("ResultCode")),
        text=_described(fields.get("ResultDesc")),
        originator_id=id_of(fields, "OriginatorConversationID"),
        conversation_id=id_of(fields, "ConversationID"),
        transaction_id=id_of(fields, "TransactionID"),
        parameters=_parameters(fields.get("ResultParameters")),
    )


def code_of(value: object) -> str:
    """A code as text from an int or a text; Unreadable for booleans, fractions and nothing."""
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        value = str(value)
    if not isinstance(value, str) or not _CODE.fullmatch(value):
        raise Unreadable("ResultCode is neither a whole number nor a code")
    return value


def id_of(fields: Mapping[str, Any], key: str) -> str:
    """An id exactly as it came, empty when missing; Unreadable for other types and lengths."""
    value = fields.get(key)
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > ID_CHARACTERS_MAX:
        raise Unreadable(f"{key} is not a text of {ID_CHARACTERS_MAX} characters at the most")
    return value


def receipt_of(value: object) -> str:
    """A receipt, empty for placeholders such as OAK0000000 and for whatever is not one (A.8)."""
    if not isinstance(value, str) or not _RECEIPT.fullmatch(value):
        return ""
    return "" if value.endswith(_PLACEHOLDER_END) else value


def minor_of(value: object, *, name: str, currency: str = CURRENCY) -> int | None:
    """Minor units of a number or decimal text, exact; None for nothing, else Unreadable."""
    if value is None:
        return None
    if isinstance(value, str) and _DECIMAL.fullmatch(value.strip()):
        value = Decimal(value.strip())
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise Unreadable(f"{name} is not an amount")
    try:
        minor = Decimal(value).scaleb(exponent(currency))
    except BadAmount as error:
        raise Unreadable(str(error)) from None
    if abs(minor) > AMOUNT_MAX or minor != minor.to_integral_value():
        raise Unreadable(f"{name} is not an amount of {currency}")
    return int(minor)


def charge_of(parameters: Parameters) -> int | None:
    """What `Fee|KES|9.00` names; None for nothing, 0, and whatever is not such a text."""
    try:
        parts = parameters.text(CHARGES).split("|")
        if len(parts) != CHARGE_FIELDS or parts[1].strip() != CURRENCY:
            return None
        charge_minor = minor_of(parts[2], name=CHARGES)
    except Unreadable:
        return None
    return charge_minor if charge_minor and charge_minor > 0 else None


def moment_of(value: object) -> datetime | None:
    """UTC of a Nairobi time in either of the two documented forms; None for anything else."""
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    for pattern, form in _MOMENTS:
        if isinstance(text, str) and pattern.fullmatch(text.strip()):
            try:
                local = datetime.strptime(text.strip(), form)  # noqa: DTZ007 - Nairobi below
                return local.replace(tzinfo=NAIROBI).astimezone(UTC)
            except (ValueError, OverflowError):
                return None
    return None


def _parameters(holder: object) -> Parameters:
    if holder in (None, ""):
        return Parameters({})
    items = _object(holder, "ResultParameters").get("ResultParameter")
    if items in (None, ""):
        items = []
    values: dict[str, list[Any]] = {}
    for item in items if isinstance(items, list) else [items]:
        fields = _object(item, "an item of ResultParameter")
        key = fields.get("Key")
        if not isinstance(key, str):
            raise Unreadable("an item of ResultParameter has no Key")
        values.setdefault(key, []).append(fields.get("Value"))
    return Parameters(values)


def _object(value: object, name: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Unreadable(f"{name} is not an object")
    return value


def _described(value: object) -> str:
    return value[:TEXT_CHARACTERS_MAX] if isinstance(value, str) else ""
