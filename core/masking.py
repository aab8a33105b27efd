"""Phones and secrets out of logs, pages and exports."""

import logging
import re

REMOVED = "[removed]"
_FIELD = (
    r"(?P<name>(?<![\w-])[\w-]*(?:SecurityCredential|token|ticket|password|secret|passkey"
    r"|consumer_?key|api_?key|authentication_?key|authorization))"
)
_QUOTED = (  # a value in quotes, escaped ones too; also when its end was cut off
    _FIELD
    + r"""(?P<mid>(?:\\*["'])?\s*[:=]\s*b?)(?P<quote>\\*["'])"""
    + r"(?:(?!(?P=quote))(?:\\.|[^\\]))*\\?(?P=quote)?"
)
_UNQUOTED = _FIELD + r"""=(?!\[removed\])[^&\s"'\\,;)}\]]+"""
_FLAGS = re.IGNORECASE | re.DOTALL
_SECRET_QUOTED = re.compile(_QUOTED, _FLAGS | re.ASCII)
_SECRET_UNQUOTED = re.compile(_UNQUOTED, _FLAGS | re.ASCII)
_SECRET_QUOTED_BYTES = re.compile(_QUOTED.encode(), _FLAGS)
_BEARER = re.compile(r"\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]+", re.IGNORECASE)
_SLASH = r"(?:\\{0,8}/|\\{1,8}u002[fF]|%2[fF])"  # as it is, escaped in JSON, or in another URL
_CALLBACK = (
    rf"(callbacks{_SLASH}"
    rf"""[^/\\\s"]{{1,100}}?{_SLASH}[^/\\\s"]{{1,100}}?{_SLASH})[^/\\\s"]+"""
)
_CALLBACK_PATH = re.compile(_CALLBACK)
_CALLBACK_PATH_BYTES = re.compile(_CALLBACK.encode())
_API_KEY = re.compile(r"\bpv_[A-Za-z0-9_-]{20,}")
_PHONE = re.compile(
    r"(?:(?<![0-9A-Za-z])|(?<=%2B))(\+?254|0)([ .\u00a0-]?)([17][0-9]{2})"
    r"[ .\u00a0-]?[0-9]{3}[ .\u00a0-]?([0-9]{3})(?![0-9])",
    re.IGNORECASE,
)
# M-Pesa's id of a prompt ends in the nine digits of the payer's phone (daraja.md 10).
_CHECKOUT_ID = re.compile(r"(ws_CO_[0-9]{14,})[17][0-9]{5}([0-9]{3})(?![0-9])")
_UNPRINTABLE = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def masked_phone(msisdn: str) -> str:
    """`+254 712 ••• 678`."""
    return f"+{msisdn[:3]} {msisdn[3:6]} ••• {msisdn[-3:]}"


def masked_address(address: str) -> str:
    """`a•••@example.org`."""
    name, _, domain = address.partition("@")
    return f"{name[:1]}•••@{domain}"


def without_secrets(text: str) -> str:
    """The text with passwords, tokens, credentials and callback secrets replaced."""
    text = _SECRET_QUOTED.sub(rf"\g<name>\g<mid>\g<quote>{REMOVED}\g<quote>", text)
    text = _SECRET_UNQUOTED.sub(rf"\g<name>={REMOVED}", text)
    text = _BEARER.sub(rf"\1 {REMOVED}", text)
    text = _API_KEY.sub(REMOVED, text)
    return _CALLBACK_PATH.sub(rf"\1{REMOVED}", text)


def bytes_without_secrets(body: bytes) -> bytes:
    """A raw body without secret JSON fields and callback secrets; everything else untouched."""
    removed = rb"\g<name>\g<mid>\g<quote>" + REMOVED.encode() + rb"\g<quote>"
    body = _SECRET_QUOTED_BYTES.sub(removed, body)
    if b"callbacks" in body:
        body = _CALLBACK_PATH_BYTES.sub(rb"\g<1>" + REMOVED.encode(), body)
    return body


def without_phones(text: str) -> str:
    """The text with every whole phone in it masked: `254700•••345`; in checkout ids too."""
    text = _PHONE.sub(r"\1\2\3•••\4", text)
    return _CHECKOUT_ID.sub(r"\1•••\2", text)


def for_log(text: str) -> str:
    """The text fit for a log line: no secrets, phones masked, line breaks and controls escaped."""
    text = without_phones(without_secrets(text))
    return _UNPRINTABLE.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


class MaskingFormatter(logging.Formatter):
    """Masks every finished log line, whoever wrote it.

    Tracebacks keep their lines, indented, so that none of them can pass for a line of the log.
    """

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        return for_log(super().formatMessage(record))

    def formatException(self, ei: object) -> str:  # noqa: N802 - logging's name
        return _indented(super().formatException(ei))  # type: ignore[arg-type]

    def formatStack(self, stack_info: str) -> str:  # noqa: N802 - logging's name
        return _indented(super().formatStack(stack_info))


def _indented(text: str) -> str:
    return "\n".join(f"  {for_log(line)}" for line in without_secrets(text).split("\n"))
