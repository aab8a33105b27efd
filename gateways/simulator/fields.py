"""What a request must look like: the first wrong field by name (daraja.md 3.1, 5.1, 5.2)."""

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

Check = Callable[[Any], bool]

COMMANDS = frozenset({"BusinessPayment", "SalaryPayment", "PromotionPayment"})
TEXT_LENGTH_MAX = 100
REFERENCE_LENGTH_MAX = 100
URL_LENGTH_MAX = 2_000
CREDENTIAL_LENGTH_MAX = 2_000
SHORTCODE = re.compile(r"[0-9]{5,7}")
MSISDN = re.compile(r"254[17][0-9]{8}")
WHOLE_NUMBER = re.compile(r"[0-9]{1,9}")
BASE64 = re.compile(r"[A-Za-z0-9+/]+={0,2}")


def text(length_min: int, length_max: int) -> Check:
    """A text of so many characters."""
    return lambda value: isinstance(value, str) and length_min <= len(value) <= length_max


def matches(pattern: re.Pattern[str]) -> Check:
    """A text or whole number that the whole pattern describes."""
    return lambda value: pattern.fullmatch(_number_text(value)) is not None


def _one_of(words: frozenset[str]) -> Check:
    return lambda value: isinstance(value, str) and value in words


def _number_text(value: Any) -> str:
    if isinstance(value, bool):
        return ""
    if isinstance(value, int):
        return str(value) if abs(value) < 10**15 else ""
    return value if isinstance(value, str) else ""


def _amount(value: Any) -> bool:
    text = _number_text(value)
    return WHOLE_NUMBER.fullmatch(text) is not None and int(text) > 0


def url(value: Any) -> bool:
    """An address that may be called back."""
    if not isinstance(value, str) or not 0 < len(value) <= URL_LENGTH_MAX:
        return False
    try:
        parts = urlsplit(value)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    if not host or any(letter.isspace() for letter in value):
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and _is_here(host))


def _is_here(host: str) -> bool:
    # Rehearsals on one machine have no certificate; the real one insists on HTTPS.
    return host == "::1" or host.startswith("127.") or host.endswith(".test") or "." not in host


def _reference(value: Any) -> bool:
    return text(1, REFERENCE_LENGTH_MAX)(value) and not any(map(str.isspace, value))


def _credential(value: Any) -> bool:
    return text(1, CREDENTIAL_LENGTH_MAX)(value) and BASE64.fullmatch(value) is not None


PAYMENT_FIELDS: dict[str, Check] = {
    "OriginatorConversationID": _reference,
    "InitiatorName": text(1, TEXT_LENGTH_MAX),
    "SecurityCredential": _credential,
    "CommandID": _one_of(COMMANDS),
    "Amount": _amount,
    "PartyA": matches(SHORTCODE),
    "PartyB": matches(MSISDN),
    "Remarks": text(2, TEXT_LENGTH_MAX),
    "QueueTimeOutURL": url,
    "ResultURL": url,
}
PAYMENT_OPTIONAL: dict[str, Check] = {"Occassion": text(0, TEXT_LENGTH_MAX)}

BUSINESS_COMMANDS = frozenset({"BusinessPayBill", "BusinessBuyGoods"})
ACCOUNT_LENGTH_MAX = 13
BUSINESS_FIELDS: dict[str, Check] = {
    "Initiator": text(1, TEXT_LENGTH_MAX),
    "SecurityCredential": _credential,
    "CommandID": _one_of(BUSINESS_COMMANDS),
    "SenderIdentifierType": matches(re.compile("4")),
    "RecieverIdentifierType": matches(re.compile("[24]")),
    "Amount": _amount,
    "PartyA": matches(SHORTCODE),
    "PartyB": matches(SHORTCODE),
    "Remarks": text(2, TEXT_LENGTH_MAX),
    "QueueTimeOutURL": url,
    "ResultURL": url,
}
BUSINESS_OPTIONAL: dict[str, Check] = {
    "AccountReference": text(1, ACCOUNT_LENGTH_MAX),
    "Requester": matches(MSISDN),
    "Occassion": text(0, TEXT_LENGTH_MAX),
}

QUERY_FIELDS: dict[str, Check] = {
    "Initiator": text(1, TEXT_LENGTH_MAX),
    "SecurityCredential": _credential,
    "PartyA": matches(SHORTCODE),
    "IdentifierType": matches(re.compile("4")),
    "ResultURL": url,
    "QueueTimeOutURL": url,
    "Remarks": text(2, TEXT_LENGTH_MAX),
}
STATUS_FIELDS = {"CommandID": _one_of(frozenset({"TransactionStatusQuery"})), **QUERY_FIELDS}
STATUS_OPTIONAL: dict[str, Check] = {
    "Occasion": text(0, TEXT_LENGTH_MAX),
    "TransactionID": text(0, REFERENCE_LENGTH_MAX),
    "OriginalConversationID": text(0, REFERENCE_LENGTH_MAX),
}
BALANCE_FIELDS = {"CommandID": _one_of(frozenset({"AccountBalance"})), **QUERY_FIELDS}


def first_wrong(
    body: Mapping[str, Any],
    *,
    required: Mapping[str, Check],
    optional: Mapping[str, Check] | None = None,
) -> str | None:
    """The first field that is missing or wrong, or None."""
    for name, check in required.items():
        if not check(body.get(name)):
            return name
    for name, check in (optional or {}).items():
        if body.get(name) is not None and not check(body[name]):
            return name
    return None


def text_of(body: Mapping[str, Any], name: str) -> str:
    """A checked field as text, whether it came as a number or as text."""
    return _number_text(body.get(name, ""))
