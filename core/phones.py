"""Kenyan mobile numbers in one form: 12 digits, `254` first, no plus (daraja.md 10)."""

import re

import phonenumbers

REGION = "KE"
EXAMPLE = "0712 345 678"
LENGTH_MAX = 32
_ALLOWED = re.compile(r"\+?[0-9(][0-9()\-. \u00a0]*[0-9]", re.ASCII)
_MOBILE = re.compile(r"254[17][0-9]{8}", re.ASCII)


class BadPhone(ValueError):
    """The text is not a Kenyan mobile number; the message says why, with an example."""


def normal_form(text: str) -> str:
    """`254712345678` from any usual way of writing it; raises BadPhone."""
    shown = repr(text if len(text) <= 40 else f"{text[:40]}…")
    cleaned = text.strip()
    if not cleaned or len(cleaned) > LENGTH_MAX or not _ALLOWED.fullmatch(cleaned):
        raise BadPhone(f"{shown} is not a phone number: write digits, such as {EXAMPLE}")
    if cleaned.startswith("254"):
        cleaned = f"+{cleaned}"
    try:
        number = phonenumbers.parse(cleaned, REGION)
    except phonenumbers.NumberParseException:
        raise BadPhone(f"{shown} is not a phone number: an example is {EXAMPLE}") from None
    if number.country_code != 254:
        raise BadPhone(f"{shown} is not a Kenyan number: M-Pesa pays numbers such as {EXAMPLE}")
    msisdn = f"254{number.national_number}"
    if number.extension or not _MOBILE.fullmatch(msisdn):
        raise BadPhone(
            f"{shown} is not a Kenyan mobile number: nine digits after the 0, "
            f"the first of them 7 or 1, such as {EXAMPLE}"
        )
    return msisdn


def shown(msisdn: str) -> str:
    """`+254 712 345 678`: for people who may see it."""
    return f"+{msisdn[:3]} {msisdn[3:6]} {msisdn[6:9]} {msisdn[9:]}"
