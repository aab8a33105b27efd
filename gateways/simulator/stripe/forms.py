"""Form bodies and query strings with brackets, read strictly into nested values."""

import re
from collections.abc import Collection
from typing import Any
from urllib.parse import parse_qsl

from gateways.simulator.stripe.refusals import Record, Refusal, invalid, missing, unknown

FORM_TYPE = "application/x-www-form-urlencoded"
NAME = re.compile(r"^([^\[\]]+)((?:\[[^\[\]]*\])*)$")
PART = re.compile(r"\[([^\[\]]*)\]")
WHOLE = re.compile(r"^-?[0-9]{1,18}$")
METADATA_KEYS_MAX = 50
METADATA_KEY_MAX = 40
METADATA_VALUE_MAX = 500


def read_form(text: str) -> Record:
    """`a[b]=c&d=e` as {"a": {"b": "c"}, "d": "e"}. Raises Refusal."""
    values: Record = {}
    try:
        pairs = parse_qsl(text, keep_blank_values=True, strict_parsing=bool(text))
    except ValueError:
        raise Refusal(status_code=400, message="Invalid request: not a form.") from None
    for name, value in pairs:
        found = NAME.match(name)
        if found is None:
            raise unknown(name)
        _put(values, [found.group(1), *PART.findall(found.group(2))], value)
    return values


def only(values: Record, names: Collection[str]) -> None:
    """Raises Refusal for the first parameter that is not among the names.

    Stripe would put objects in the place of ids for `expand`; nothing here does, so it is refused.
    """
    if "expand" in values:
        raise invalid("expand", "This property cannot be expanded (here).")
    for name in values:
        if name not in names:
            raise unknown(name)


def text(values: Record, name: str, *, required: bool = False, longest: int = 5000) -> str:
    """A text; empty when it was not given. Raises Refusal."""
    value = values.get(name)
    if value is None:
        if required:
            raise missing(name)
        return ""
    if not isinstance(value, str):
        raise invalid(name, f"Invalid string: {name}")
    if value == "":
        raise invalid(name, f"You passed an empty string for '{name}'.", "parameter_invalid_empty")
    if len(value) > longest:
        raise invalid(name, f"Invalid string: {name} is longer than {longest} characters")
    return value


def whole(values: Record, name: str) -> int | None:
    """A whole number, None when it was not given. Raises Refusal."""
    value = values.get(name)
    if value is None:
        return None
    if not isinstance(value, str) or not WHOLE.match(value):
        raise invalid(name, f"Invalid integer: {value}", "parameter_invalid_integer")
    return int(value)


def metadata(values: Record) -> dict[str, str]:
    """The metadata, within Stripe's limits. Raises Refusal."""
    given = values.get("metadata", {})
    if not isinstance(given, dict) or len(given) > METADATA_KEYS_MAX:
        raise invalid("metadata", f"Invalid hash: at most {METADATA_KEYS_MAX} keys")
    for key, value in given.items():
        if not key or len(key) > METADATA_KEY_MAX:
            raise invalid("metadata", f"Metadata keys have 1 to {METADATA_KEY_MAX} characters")
        if not isinstance(value, str) or len(value) > METADATA_VALUE_MAX:
            raise invalid(
                f"metadata[{key}]", f"Metadata values have up to {METADATA_VALUE_MAX} characters"
            )
    return dict(given)


def _put(values: Record, path: list[str], value: str) -> None:
    place: Any = values
    for part in path[:-1]:
        place = place.setdefault(part, {})
        if not isinstance(place, dict):
            raise invalid(path[0], f"Invalid hash: {path[0]}")
    name = path[-1] or str(len(place))
    if name in place:
        raise invalid(path[0], f"Received {path[0]} more than once")
    place[name] = value
