"""Which of our words an answer of Mifos X is (fineract.md 1.5, 3.6, 4): by status and code.

Whatever could hide a booked disbursal is Unclear. AccessRefused is what stands in the way of all
calls: user, tenant, permission, address.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.masking import without_secrets
from gateways.errors import Declined, GatewayError, Unclear
from gateways.http import HttpAnswer, NotJson, read_json
from gateways.interface import AccessRefused, AskAgain, Unreadable

TEXT_CHARACTERS_MAX = 500
# As wide as the table's column.
CODE_CHARACTERS_MAX = 150
FROM_CACHE = "x-served-from-cache"
NOT_THERE = "404"

NOT_AUTHORISED = "error.msg.not.authorized"
READ_ONLY = "error.msg.invalid.instance.type"
LOCKED = "error.msg.loan.locked"
UNAVAILABLE = "error.msg.platform.service.unavailable"
VALIDATION = "validation.msg.validation.errors.exist"
RULE = "validation.msg.domain.rule.violation"
NAMED_BELOW = frozenset({VALIDATION, RULE})
OF_THE_USER = frozenset({
    "error.msg.password.outdated", "error.msg.not.authenticated",
    "error.msg.invalid.tenant.identifier",
})  # fmt: skip
# What only a password or a second factor mends reads as trouble of the user.
BAD, UNKNOWN_USER, FORBIDDEN, MISSING, NOT_ALLOWED = 400, 401, 403, 404, 405
CONFLICT, TOO_EARLY, TOO_MANY, BUSY = 409, 425, 429, 503


@dataclass(frozen=True, kw_only=True)
class Said:
    """What the server itself says: `code` is the reason, `top` the kind of refusal."""

    worded: bool
    top: str = ""
    code: str = ""
    text: str = ""


def body_of(answer: HttpAnswer, *, permission: str) -> Any:
    """The JSON of a success. Raises what the answer is instead; Unclear for no JSON."""
    if answer.status != 200:
        raise error_of(answer, permission=permission)
    try:
        return read_json(answer.body)
    except NotJson as error:
        raise unproven(answer, f"it is no JSON, as other pages are: {error}") from None


def unproven(answer: HttpAnswer, why: str | Unreadable, *, code: str = "200") -> Unclear:
    """A success in status only."""
    text = f"The answer says 200 but cannot be relied on: {why}"
    return Unclear(text[:TEXT_CHARACTERS_MAX], code=code, exchange=answer.exchange)


def error_of(answer: HttpAnswer, *, permission: str) -> GatewayError:
    """The refusal, the doubt or the request to wait that this answer is.

    `permission` is what our user needs for the call: the server does not always name it.
    """
    said = said_in(answer)
    if _is_of_access(answer, said):
        return _access_refused(answer, said, permission)
    if (kind := _again(answer, said)) is not None:
        return kind
    if 400 <= answer.status < 500 and (said.worded or _is_repeated(answer)):
        code = NOT_THERE if answer.status == MISSING else _code(answer, said)
        return Declined(_text(answer, said), code=code, exchange=answer.exchange)
    return Unclear(_text(answer, said), code=_code(answer, said), exchange=answer.exchange)


def said_in(answer: HttpAnswer) -> Said:
    """What the body says, whatever its content type (the 409 of a lock has none)."""
    try:
        fields = read_json(answer.body)
    except NotJson:
        return Said(worded=False)
    if not isinstance(fields, dict):
        return Said(worded=False)
    top = _word(fields, "userMessageGlobalisationCode")
    below = [each for each in _list(fields.get("errors")) if isinstance(each, dict)]
    code = next(
        (word for each in below if (word := _word(each, "userMessageGlobalisationCode"))), ""
    )
    texts = [_word(each, "defaultUserMessage") for each in below] if top in NAMED_BELOW else []
    text = "; ".join(each for each in texts if each) or _message(fields)
    return Said(worded=bool(top), top=top, code=code if top in NAMED_BELOW else "", text=text)


def _is_of_access(answer: HttpAnswer, said: Said) -> bool:
    status = answer.status
    if status == UNKNOWN_USER or 300 <= status < 400 or said.top in OF_THE_USER:
        return True
    if status == FORBIDDEN and said.top == NOT_AUTHORISED:
        return True
    if status == NOT_ALLOWED and said.top == READ_ONLY:
        return True
    # Tenant filter, a proxy, another server: not one word of Mifos X (fineract.md 1.2).
    strange = status in (BAD, FORBIDDEN, MISSING, NOT_ALLOWED) and not said.worded
    return strange and not _is_repeated(answer)


def _access_refused(answer: HttpAnswer, said: Said, permission: str) -> AccessRefused:
    lacks = answer.status == FORBIDDEN and said.top == NOT_AUTHORISED
    text = f"Our user lacks the permission {permission}" if lacks and permission else ""
    if not said.worded:
        text = _STRANGE.get(answer.status, "")
    if 300 <= answer.status < 400:
        text = "The server sends us elsewhere: write the address where Mifos X really is"
    error = AccessRefused(
        text or _text(answer, said), code=_code(answer, said), exchange=answer.exchange
    )
    error.permission = permission if lacks else ""
    return error


_STRANGE: Mapping[int, str] = {
    BAD: "The server does not know this tenant",
    UNKNOWN_USER: "The server refuses this user or its password",
    FORBIDDEN: "Something before Mifos X refuses us: a firewall or a proxy",
    MISSING: "There is no Mifos X at this address",
    NOT_ALLOWED: "There is no Mifos X at this address",
}


def _again(answer: HttpAnswer, said: Said) -> AskAgain | None:
    """Surely not carried out by this call. 425: an earlier one under the key may have been."""
    status = answer.status
    conflict = status == CONFLICT and (
        (said.top.startswith("error.msg.platform.service.") and said.top.endswith(".conflict"))
        or (_is_repeated(answer) and not said.worded)
    )
    locked = status == CONFLICT and said.top == LOCKED
    busy = status == BUSY and said.top == UNAVAILABLE
    if not (conflict or locked or busy or status in (TOO_EARLY, TOO_MANY)):
        return None
    error = AskAgain(_text(answer, said), code=_code(answer, said), exchange=answer.exchange)
    error.new_key = conflict
    return error


def _is_repeated(answer: HttpAnswer) -> bool:
    """Whether it is the kept answer of an earlier try under the key, perhaps without a body."""
    return answer.headers.get(FROM_CACHE, "").lower() == "true"


def _code(answer: HttpAnswer, said: Said) -> str:
    return (said.code or said.top or str(answer.status))[:CODE_CHARACTERS_MAX]


def _text(answer: HttpAnswer, said: Said) -> str:
    text = said.text
    if not text and _is_repeated(answer):
        text = f"The server repeats an earlier answer {answer.status} and does not say why"
    text = text or _PLAIN.get(answer.status) or f"HTTP {answer.status}"
    # A server, or what stands before it, may repeat to us what we sent.
    return without_secrets(text)[:TEXT_CHARACTERS_MAX]


_PLAIN: Mapping[int, str] = {
    TOO_EARLY: "An earlier call under the same key is not finished",
    TOO_MANY: "The server says that we ask too often",
}


def _message(fields: Mapping[str, Any]) -> str:
    return (
        _word(fields, "defaultUserMessage")
        or _word(fields, "developerMessage")
        or _word(fields, "Exception")
    )


def _word(fields: Mapping[str, Any], key: str) -> str:
    value = fields.get(key)
    return value.strip() if isinstance(value, str) else ""


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
