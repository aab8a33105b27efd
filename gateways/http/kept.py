"""What is kept of an answer that is too long to be kept whole: what is read again of it."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from core.masking import without_secrets
from gateways.http import calls
from gateways.http.strict_json import NotJson, read_json
from gateways.interface import Exchange

Parts = dict[str, Any]
# No text that was read holds a NUL: between two of them stands a number, as it was written.
_NUMBER = re.compile(r'"\\u0000([^"\\]+)\\u0000"')


def kept(answer: calls.HttpAnswer, *, parts: Callable[[object], Parts | None]) -> Exchange:
    """The exchange for the log of calls; where its body was cut, `parts` of it stand there.

    It stays as it is where these are None, or too long as well.
    """
    exchange = answer.exchange
    if len(exchange.response_body) < calls.LOGGED_CHARACTERS_MAX:
        return exchange
    try:
        chosen = parts(read_json(answer.body))
    except NotJson:
        return exchange
    if chosen is None:
        return exchange
    text = _as_json({"_kept": f"parts of {len(answer.body):,} bytes", **chosen})
    fits = len(text) <= calls.LOGGED_CHARACTERS_MAX
    return replace(exchange, response_body=text) if fits else exchange


def only(value: object, *names: str) -> object:
    """Of an object the fields of these names; anything else as it is."""
    if not isinstance(value, dict):
        return value
    return {name: value[name] for name in names if name in value}


def _as_json(value: Parts) -> str:
    text = json.dumps(value, ensure_ascii=False, default=_number)
    return without_secrets(_NUMBER.sub(r"\1", text))


def _number(value: object) -> str:
    if not isinstance(value, Decimal):
        raise TypeError(f"{type(value).__name__} is no JSON")
    return f"\0{value}\0"
