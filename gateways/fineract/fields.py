"""Values of Mifos X in our words, strictly: what pays is read surely or not at all (2.4)."""

from datetime import date
from decimal import Decimal
from typing import Any

from core.money import BadAmount, exponent
from gateways.interface import Unreadable

TEXT_CHARACTERS_MAX = 255
NUMBER_MAX = 2**63 - 1
AMOUNT_MINOR_MAX = 10**15
DAY_CHARACTERS = 10


def object_of(value: object, name: str) -> dict[str, Any]:
    """An object; raises Unreadable."""
    if not isinstance(value, dict):
        raise Unreadable(f"{name} is not an object")
    return value


def list_of(value: object, name: str) -> list[Any]:
    """A list; raises Unreadable."""
    if not isinstance(value, list):
        raise Unreadable(f"{name} is not a list")
    return value


def part(fields: dict[str, Any], key: str) -> dict[str, Any]:
    """An object inside, empty when it is not told (nulls are left out); raises Unreadable."""
    value = fields.get(key)
    return {} if value is None else object_of(value, key)


def number(fields: dict[str, Any], key: str) -> int:
    """A whole number of 0 or more that must be there; raises Unreadable."""
    value = fields.get(key)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= NUMBER_MAX:
        raise Unreadable(f"{key} is not a whole number")
    return value


def number_or_none(fields: dict[str, Any], key: str) -> int | None:
    """A whole number, None when it is not told; raises Unreadable."""
    return None if fields.get(key) is None else number(fields, key)


def text(fields: dict[str, Any], key: str) -> str:
    """A text, empty when it is not told; raises Unreadable."""
    value = fields.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Unreadable(f"{key} is not a text")
    return value.strip()[:TEXT_CHARACTERS_MAX]


def flag(fields: dict[str, Any], key: str) -> bool:
    """True only when it says so; raises Unreadable for what is neither."""
    value = fields.get(key)
    if value is not None and not isinstance(value, bool):
        raise Unreadable(f"{key} is neither true nor false")
    return value is True


def day(fields: dict[str, Any], key: str) -> date | None:
    """A day, as [2026, 11, 21] or 2026-11-21; None when it is not told; raises Unreadable."""
    value = fields.get(key)
    if value is None:
        return None
    try:
        if isinstance(value, list):
            year, month, of_month = value
            return date(year, month, of_month)
        if isinstance(value, str) and len(value) == DAY_CHARACTERS:
            return date.fromisoformat(value)
    except (ValueError, TypeError):
        pass
    raise Unreadable(f"{key} is not a day, such as [2026, 11, 21]")


def amount_minor(fields: dict[str, Any], key: str, currency: str) -> int | None:
    """Minor units; None when not told, or with a fraction of one, or in an unknown currency.

    Raises Unreadable.
    """
    value = fields.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise Unreadable(f"{key} is not an amount")
    try:
        minor = Decimal(value).scaleb(exponent(currency))
    except BadAmount:
        return None
    if abs(minor) > AMOUNT_MINOR_MAX:
        raise Unreadable(f"{key} is out of bounds")
    return int(minor) if minor == minor.to_integral_value() else None
