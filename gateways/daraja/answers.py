"""Sorting the gateway's synchronous answers by code and text (daraja.md 1.3, 3.2, 3.3)."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from gateways.daraja.result_codes import DEFAULTS
from gateways.http import NotJson, read_json

DUPLICATE_CODE = "500.002.1001"
DUPLICATE_TEXT = "duplicate originatorconversationid"
INVALID_TOKEN_CODES = frozenset(
    {"401.001", "401.002.01", "401.003.01", "404.001.03", "400.003.01"}
)
REFUSED_PREFIXES = ("400.", "404.", "405.")
QUOTA_CODE = "500.003.03"
THROTTLED_TEXTS = ("spike arrest", "quota violation")
NO_PRODUCT_TEXT = "no apiproduct match found"
TEXT_CHARACTERS_MAX = 500
ID_CHARACTERS_MAX = 100
_CODE = re.compile(r"[A-Za-z0-9_.]{1,30}", re.ASCII)
_RESULTS = {(row.api, row.code): row for row in DEFAULTS if row.api in ("any", "b2c", "b2b")}


class Sort(StrEnum):
    """What an answer of the gateway lets us do next."""

    ACCEPTED = "accepted"
    TOKEN_REFUSED = "token_refused"  # noqa: S105 - the name of a verdict
    DECLINED = "declined"
    UNREACHABLE = "unreachable"
    UNCLEAR = "unclear"


@dataclass(frozen=True, kw_only=True)
class Sorted:
    """An answer sorted; `code` is the provider's own, else the HTTP status."""

    sort: Sort
    code: str
    text: str
    request_id: str = ""
    conversation_id: str = ""
    originator_id: str = ""


def sort_answer(*, status: int, body: bytes, api: str = "b2c") -> Sorted:
    """Sort an answer to a request that may move money. What no document names is UNCLEAR."""
    fields = _fields(body)
    if fields is None:
        return _without_json(status, body)
    code, text = _error(fields)
    request_id = _text(fields.get("requestId"), ID_CHARACTERS_MAX)
    if code or text or not 200 <= status < 300:
        sort, code = _sort_error(status, code, text)
        if "ResponseCode" in fields and sort is not Sort.UNCLEAR:
            sort = Sort.UNCLEAR
        return Sorted(sort=sort, code=code or str(status), text=text, request_id=request_id)
    return _sort_acknowledgement(status, fields, api)


def sort_token_answer(*, status: int, body: bytes) -> Sorted:
    """Sort an answer of the token endpoint other than a token: no payment rode on it (1.2)."""
    fields = _fields(body) or {}
    code, text = _error(fields)
    throttled = status == 429 or code == QUOTA_CODE or _has(text, THROTTLED_TEXTS)
    refused = 400 <= status < 500 and not throttled and status != 408
    return Sorted(
        sort=Sort.DECLINED if refused else Sort.UNREACHABLE,
        code=code or str(status),
        text=text or f"The token endpoint answered HTTP {status}",
        request_id=_text(fields.get("requestId"), ID_CHARACTERS_MAX),
    )


def _sort_error(status: int, code: str, text: str) -> tuple[Sort, str]:
    if DUPLICATE_TEXT in text.casefold():
        return Sort.UNCLEAR, DUPLICATE_CODE
    if "system is busy" in text.casefold():
        return Sort.UNCLEAR, code
    if code in INVALID_TOKEN_CODES or status == 401:
        return Sort.TOKEN_REFUSED, code
    if status == 429 or code == QUOTA_CODE or _has(text, THROTTLED_TEXTS):
        return Sort.UNREACHABLE, code
    refused = code.startswith(REFUSED_PREFIXES) or NO_PRODUCT_TEXT in text.casefold()
    return (Sort.DECLINED if refused and status < 500 else Sort.UNCLEAR), code


def _sort_acknowledgement(status: int, fields: dict[str, Any], api: str) -> Sorted:
    code = _response_code(fields.get("ResponseCode"))
    shared: dict[str, Any] = {
        "text": _text(fields.get("ResponseDescription"), TEXT_CHARACTERS_MAX),
        "conversation_id": _id(fields.get("ConversationID")),
        "originator_id": _id(fields.get("OriginatorConversationID")),
    }
    if not code:
        shared["text"] = shared["text"] or "The acknowledgement has no ResponseCode"
        return Sorted(sort=Sort.UNCLEAR, code=str(status), **shared)
    if code != "0":
        return Sorted(sort=_sort_response_code(code, api), code=code, **shared)
    if not (shared["conversation_id"] and shared["originator_id"]):
        shared["text"] = "The acknowledgement lacks its ids"
        return Sorted(sort=Sort.UNCLEAR, code=code, **shared)
    return Sorted(sort=Sort.ACCEPTED, code=code, **shared)


def _sort_response_code(code: str, api: str) -> Sort:
    # 15 (duplicate), 100000000 (kept for later) and others may still be carried out, and of a
    # code that no document names nobody knows.
    row = _RESULTS.get((api, code)) or _RESULTS.get(("any", code))
    return Sort.DECLINED if row and row.outcome == "failed" else Sort.UNCLEAR


def _without_json(status: int, body: bytes) -> Sorted:
    if status == 429:
        return Sorted(sort=Sort.UNREACHABLE, code="429", text="Too many requests")
    if b"incapsula" in body.lower():
        text = "The firewall in front of the API answered (Incapsula)"
    elif status == 401:
        return Sorted(sort=Sort.TOKEN_REFUSED, code="401", text="The access token was refused")
    else:
        text = "The answer is not JSON" if body.strip() else "The answer is empty"
    return Sorted(sort=Sort.UNCLEAR, code=str(status), text=f"{text}, HTTP {status}")


def _fields(body: bytes) -> dict[str, Any] | None:
    try:
        value = read_json(body)
    except NotJson:
        return None
    return value if isinstance(value, dict) else None


def _error(fields: dict[str, Any]) -> tuple[str, str]:
    code = fields.get("errorCode")
    text = _text(fields.get("errorMessage"), TEXT_CHARACTERS_MAX)
    fault = fields.get("fault")
    if not text and isinstance(fault, dict):
        text = _text(fault.get("faultstring"), TEXT_CHARACTERS_MAX)
    return (code if isinstance(code, str) and _CODE.fullmatch(code) else ""), text


def _response_code(value: object) -> str:
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return str(value)
    return value if isinstance(value, str) and _CODE.fullmatch(value) else ""


def _id(value: object) -> str:
    return value if isinstance(value, str) and len(value) <= ID_CHARACTERS_MAX else ""


def _text(value: object, characters_max: int) -> str:
    return value[:characters_max] if isinstance(value, str) else ""


def _has(text: str, parts: tuple[str, ...]) -> bool:
    return any(part in text.casefold() for part in parts)
