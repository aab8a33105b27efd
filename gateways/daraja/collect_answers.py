"""Sorting what the gateway answers to the collecting side (daraja.md 1.3, 2.2, 2.3, 5.4, 5.5)."""

import re
from dataclasses import replace
from typing import Any

from gateways.daraja.answers import ID_CHARACTERS_MAX, TEXT_CHARACTERS_MAX, Sort, Sorted
from gateways.daraja.answers import sort_answer as sort_any
from gateways.http import NotJson, read_json
from gateways.interface import PromptState

API = "stk"
STK_CODE = "500.001.1001"
IN_FLIGHT_CODE = "4999"
BAD_FIELD_CODE = "400.002.02"
REGISTERED_CODE = "500.003.1001"
REFUSED_TEXTS = ("merchant does not exist", "wrong credentials")
LOCKED_TEXT = "unable to lock subscriber"
PENDING_TEXTS = ("being processed", "under processing")
UNKNOWN_CHECKOUT_TEXT = "invalid checkoutrequestid"
REGISTERED_TEXTS = ("already registered", "duplicate notification info")
PULL_DONE = "1000"
PULL_BEFORE = "1001"
_ZEROS = re.compile("0+", re.ASCII)
_CODE = re.compile(r"[A-Za-z0-9_.]{1,30}", re.ASCII)
_ERROR_KEYS = frozenset({"errorCode", "errorMessage", "fault"})


def fields_of(body: bytes) -> dict[str, Any]:
    """The object in a body, empty when there is none."""
    try:
        value = read_json(body)
    except NotJson:
        return {}
    return value if isinstance(value, dict) else {}


def sort_taken(*, status: int, body: bytes) -> Sorted:
    """An answer to a prompt or a registration; 500.001.1001 is told apart by its text."""
    fields = fields_of(body)
    if 200 <= status < 300 and _said(fields, _ZEROS):
        text = text_in(fields, "ResponseDescription")
        return Sorted(sort=Sort.ACCEPTED, code="0", text=text)
    found = sort_any(status=status, body=body, api=API)
    if "ResponseCode" in fields:
        return found
    return replace(found, sort=_sort_by_text(found))


def sort_standing(*, status: int, body: bytes) -> Sorted:
    """An answer to a query of a prompt: accepted when it says how the prompt stands."""
    found = sort_taken(status=status, body=body)
    if standing_of(found, fields_of(body)) is not None:
        return replace(found, sort=Sort.ACCEPTED)
    if found.sort is Sort.ACCEPTED:
        text = "The answer has no ResultCode"
        return replace(found, sort=Sort.UNCLEAR, text=text)
    return found


def standing_of(found: Sorted, fields: dict[str, Any]) -> tuple[PromptState, str, str] | None:
    """The state, code and text of a prompt; None when the answer is about something else."""
    text = found.text.casefold()
    if found.sort is Sort.ACCEPTED and "ResultCode" in fields:
        code = code_in(fields, "ResultCode")
        state = PromptState.PENDING if code == IN_FLIGHT_CODE else PromptState.ANSWERED
        return (state, code, text_in(fields, "ResultDesc")) if code else None
    if found.code == STK_CODE and any(part in text for part in PENDING_TEXTS):
        return PromptState.PENDING, found.code, found.text
    if found.code == BAD_FIELD_CODE and UNKNOWN_CHECKOUT_TEXT in text:
        return PromptState.NOT_FOUND, found.code, found.text
    return None


def sort_pull(*, status: int, body: bytes) -> Sorted:
    """An answer of Pull: 1000 done, 1001 done before or nothing there; keys may have spaces."""
    fields = without_spaces(fields_of(body))
    code = code_in(fields, "ResponseCode") or code_in(fields, "ResponseStatus")
    plain = 200 <= status < 300 and bool(code) and not _ERROR_KEYS & set(fields)
    if plain and code in (PULL_DONE, PULL_BEFORE):
        text = text_in(fields, "ResponseMessage") or text_in(fields, "ResponseDescription")
        return Sorted(sort=Sort.ACCEPTED, code=code, text=text)
    found = sort_any(status=status, body=body, api=API)
    # Its ResponseCodes are no result codes: what the table says of the same number is not meant.
    return replace(found, sort=Sort.UNCLEAR) if plain else found


def without_spaces(fields: dict[str, Any]) -> dict[str, Any]:
    """`Response Status` is seen beside `ResponseStatus` (daraja.md 5.5)."""
    return {key.replace(" ", ""): value for key, value in fields.items()}


def code_in(fields: dict[str, Any], key: str) -> str:
    """A code as text, empty for anything that is none."""
    value = fields.get(key)
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        value = str(value)
    return value if isinstance(value, str) and _CODE.fullmatch(value) else ""


def text_in(fields: dict[str, Any], key: str) -> str:
    """A text, empty for anything else, cut to what is kept."""
    value = fields.get(key)
    return value[:TEXT_CHARACTERS_MAX] if isinstance(value, str) else ""


def id_in(fields: dict[str, Any], key: str) -> str:
    """An id exactly as it came, empty for anything that is none."""
    value = fields.get(key)
    return value if isinstance(value, str) and len(value) <= ID_CHARACTERS_MAX else ""


def _said(fields: dict[str, Any], pattern: re.Pattern[str]) -> bool:
    code = code_in(fields, "ResponseCode")
    return bool(pattern.fullmatch(code)) and not _ERROR_KEYS & set(fields)


def _sort_by_text(found: Sorted) -> Sort:
    text = found.text.casefold()
    if found.code == STK_CODE and any(part in text for part in REFUSED_TEXTS):
        return Sort.DECLINED
    if found.code == STK_CODE and LOCKED_TEXT in text:
        return Sort.UNREACHABLE
    if found.code == REGISTERED_CODE and any(part in text for part in REGISTERED_TEXTS):
        return Sort.DECLINED
    # An acceptance was told apart above: what is left of one here lacks something.
    return Sort.UNCLEAR if found.sort is Sort.ACCEPTED else found.sort
