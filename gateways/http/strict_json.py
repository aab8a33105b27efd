"""Strict JSON: everything that crosses the border is read the same way, or not at all."""

import json
from decimal import Decimal, InvalidOperation
from typing import Any

DEPTH_MAX = 32
NUMBER_CHARACTERS_MAX = 40
EXPONENT_MAX = 30


class NotJson(ValueError):
    """The bytes are not JSON that two readers would understand alike; the message says why."""


def read_json(body: bytes) -> Any:
    """The value of strict JSON: UTF-8 (a BOM is tolerated), no key twice, bounded, no NaN.

    Numbers with a fraction are Decimal. NUL and lone surrogates are replaced inside texts.
    Raises NotJson.
    """
    try:
        value = json.loads(
            body.decode("utf-8-sig"),
            object_pairs_hook=_object,
            parse_float=_decimal,
            parse_int=_integer,
            parse_constant=_refuse_constant,
        )
        return _clean(value, depth=1)
    except RecursionError:
        raise NotJson(f"nested deeper than {DEPTH_MAX} levels") from None
    except UnicodeDecodeError as error:
        raise NotJson(f"not UTF-8 at byte {error.start}") from None
    except json.JSONDecodeError as error:
        raise NotJson(f"not JSON: {error.msg} at character {error.pos}") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) != len(pairs):
        raise NotJson("a key occurs twice in one object")
    return values


def _decimal(text: str) -> Decimal:
    try:
        number = Decimal(text) if len(text) <= NUMBER_CHARACTERS_MAX else None
    except InvalidOperation:
        number = None
    if number is None or abs(number.adjusted()) > EXPONENT_MAX:
        raise NotJson(f"a number is out of bounds: {text[:20]}")
    return number


def _integer(text: str) -> int:
    if len(text) > NUMBER_CHARACTERS_MAX:
        raise NotJson(f"a number is out of bounds: {text[:20]}")
    return int(text)


def _refuse_constant(text: str) -> None:
    raise NotJson(f"{text} is not a number")


def _clean(value: Any, *, depth: int) -> Any:
    if isinstance(value, str):
        return value.replace("\0", "\ufffd").encode("utf-8", "replace").decode()
    if not isinstance(value, dict | list):
        return value
    if depth > DEPTH_MAX:
        raise NotJson(f"nested deeper than {DEPTH_MAX} levels")
    if isinstance(value, list):
        return [_clean(item, depth=depth + 1) for item in value]
    # Keys stay as they came: a cleaned one could become the name of another.
    return {key: _clean(item, depth=depth + 1) for key, item in value.items()}
