"""Strict JSON: what is ambiguous or not exact is refused, with the place named."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from http import HTTPStatus
from typing import IO, Any

from rest_framework.parsers import BaseParser

from vault.api.errors import ApiError, bad_fields

BODY_BYTES_MAX = 1_048_576
DEPTH_MAX = 32
DIGITS_MAX = 30
NAME_SHOWN_MAX = 60


@dataclass(frozen=True)
class _Refused:
    """Stands where a value stood that we do not take, until its field's name is known."""

    message: str


class StrictJSONParser(BaseParser):
    """A JSON object of at most 1 MiB; numbers stay exact (int or Decimal, never float)."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,  # noqa: ARG002
        parser_context: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Raises ApiError: 413 when too long, else 400 with the reason."""
        return read_object(_bytes(stream, _declared_length(parser_context)))


def read_object(body: bytes) -> dict[str, Any]:
    """The JSON object in `body`; raises ApiError (400)."""
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        raise _bad(f"Byte {error.start + 1} of the body is not UTF-8.") from None
    try:
        value = json.loads(
            text,
            parse_float=_exact,
            parse_int=_whole,
            parse_constant=_no_number,
            object_pairs_hook=_object,
        )
    except json.JSONDecodeError as error:
        raise _bad(
            f"The body is not JSON: {error.msg} at line {error.lineno}, column {error.colno}."
        ) from None
    except RecursionError:
        raise _too_deep() from None
    if not isinstance(value, dict):
        raise _bad('The body must be a JSON object, such as {"clientReference": "SAL-0001"}.')
    _check_depth(value)
    return value


def _declared_length(parser_context: Mapping[str, Any] | None) -> int:
    request = (parser_context or {}).get("request")
    declared = request.META.get("CONTENT_LENGTH", "") if request is not None else ""
    return int(declared) if str(declared).isdigit() else 0


def _bytes(stream: IO[Any], declared: int) -> bytes:
    body = stream.read(BODY_BYTES_MAX + 1) if declared <= BODY_BYTES_MAX else b""
    if max(declared, len(body)) > BODY_BYTES_MAX:
        raise ApiError(
            status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            code="body_too_large",
            sentence=f"The body has more than {BODY_BYTES_MAX} bytes.",
        )
    return bytes(body)


def _exact(text: str) -> Decimal | _Refused:
    if "e" in text.lower():
        return _Refused(f"{text[:DIGITS_MAX]} has an exponent: write all digits, such as 1250.")
    if len(text) > DIGITS_MAX:
        return _Refused(f"has more than {DIGITS_MAX} digits: an example is 1250.")
    return Decimal(text)


def _whole(text: str) -> int | _Refused:
    if len(text) > DIGITS_MAX:
        return _Refused(f"has more than {DIGITS_MAX} digits: an example is 1250.")
    return int(text)


def _no_number(text: str) -> _Refused:
    return _Refused(f"{text} is not a number: write digits, such as 1250.")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, value in pairs:
        shown = _shown(name)
        if name in values:
            raise bad_fields({shown: ["stands in the body twice: send it once."]})
        if refused := _refused_in(value):
            raise bad_fields({shown: [refused]})
        values[name] = value
    return values


def _refused_in(value: Any) -> str:
    if isinstance(value, _Refused):
        return value.message
    if isinstance(value, str) and not _storable(value):
        return "has characters that cannot be stored (NUL or half a surrogate pair)."
    if isinstance(value, list):
        return next((found for each in value if (found := _refused_in(each))), "")
    return ""


def _storable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\x00" not in text


def _shown(name: str) -> str:
    name = name.encode(errors="replace").decode().replace("\x00", "?")
    return name if len(name) <= NAME_SHOWN_MAX else f"{name[:NAME_SHOWN_MAX]}…"


def _check_depth(value: Any) -> None:
    level = [value]
    for _ in range(DEPTH_MAX):
        level = [
            child
            for each in level
            if isinstance(each, dict | list)
            for child in (each.values() if isinstance(each, dict) else each)
        ]
        if not level:
            return
    raise _too_deep()


def _too_deep() -> ApiError:
    return _bad(f"The body is nested deeper than {DEPTH_MAX} levels.")


def _bad(sentence: str) -> ApiError:
    return ApiError(status=HTTPStatus.BAD_REQUEST, code="bad_json", sentence=sentence)
