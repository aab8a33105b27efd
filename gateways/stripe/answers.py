"""Which of our three words an answer of Stripe is (stripe.md 2.4, 3): by status and code.

Declined only for a refusal that was worded by Stripe and that settles the key. Whatever could
hide a payment is Unclear.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from gateways.errors import Declined, GatewayError, Unclear, Unreachable
from gateways.http import HttpAnswer, NotJson, kept, read_json
from gateways.interface import Exchange, Unreadable
from gateways.stripe.kept_parts import transfer_parts

TEXT_CHARACTERS_MAX = 500
# As wide as the table's column: a longer code is kept, and looked up, by its beginning.
CODE_CHARACTERS_MAX = 60
ID_CHARACTERS_MAX = 100
CONFLICT, DEPENDENCY_FAILED, TOO_MANY, TIMED_OUT = 409, 424, 429, 408
# These say that a request under the key was or is being carried out, or may have been.
NEVER_PROOF = frozenset({CONFLICT, DEPENDENCY_FAILED, TIMED_OUT})
KEY_TROUBLE = "idempotency_error"
THROTTLED = frozenset({"rate_limit", "lock_timeout"})


def body_of(answer: HttpAnswer) -> dict[str, Any]:
    """The object of a success. Raises what the answer is instead."""
    if answer.status != 200:
        raise error_of(answer)
    try:
        fields = read_json(answer.body)
    except NotJson as error:
        raise unreadable(answer, str(error)) from None
    if not isinstance(fields, dict):
        raise unreadable(answer, "it is not an object")
    return fields


def unreadable(answer: HttpAnswer, why: str | Unreadable) -> Unclear:
    """A success in status only: the money may have moved."""
    return Unclear(
        f"The answer says 200 but cannot be read: {why}"[:TEXT_CHARACTERS_MAX],
        code="200", exchange=exchange_of(answer),
    )  # fmt: skip


def error_of(answer: HttpAnswer, *, earlier_open: bool = False) -> GatewayError:
    """The refusal, throttling or doubt that this answer is.

    With `earlier_open` nothing but a replayed refusal settles the key: a limiter or a check of
    the key answers without looking at what an earlier try did (stripe.md 2.4).
    """
    said = _said(answer)
    code = (_text(said, "code") or str(answer.status))[:CODE_CHARACTERS_MAX]
    if _text(said, "type") == KEY_TROUBLE:
        code = KEY_TROUBLE
    text = (_text(said, "message") or f"HTTP {answer.status}")[:TEXT_CHARACTERS_MAX]
    kind = _kind(answer, said, code, earlier_open=earlier_open)
    return kind(text, code=code, exchange=exchange_of(answer))


def replayed(answer: HttpAnswer) -> bool:
    """Whether it is the saved answer of an earlier request under the same key."""
    return answer.headers.get("Idempotent-Replayed", "").lower() == "true"


def exchange_of(answer: HttpAnswer) -> Exchange:
    """The exchange as it is kept, with the number that Stripe gave our request."""
    exchange = kept(answer, parts=transfer_parts)
    return replace(exchange, request_id=_request_id(answer.headers))


def _kind(
    answer: HttpAnswer, said: Mapping[str, Any], code: str, *, earlier_open: bool
) -> type[GatewayError]:
    refused = 400 <= answer.status < 500 and answer.status not in NEVER_PROOF
    if not (refused and said and _request_id(answer.headers)) or code == KEY_TROUBLE:
        return Unclear
    if earlier_open and not replayed(answer):
        return Unclear
    throttled = answer.status == TOO_MANY or code in THROTTLED
    again = answer.headers.get("Stripe-Should-Retry", "").lower() == "true"
    return Unreachable if throttled or again else Declined


def _said(answer: HttpAnswer) -> Mapping[str, Any]:
    """The `error` of the body; empty when Stripe did not word this answer."""
    try:
        fields = read_json(answer.body)
    except NotJson:
        return {}
    said = fields.get("error") if isinstance(fields, dict) else None
    return said if isinstance(said, dict) else {}


def _request_id(headers: Mapping[str, str]) -> str:
    return headers.get("Request-Id", "")[:ID_CHARACTERS_MAX]


def _text(said: Mapping[str, Any], key: str) -> str:
    value = said.get(key)
    return value if isinstance(value, str) else ""
