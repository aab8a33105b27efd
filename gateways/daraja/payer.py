"""A payer's number as it is told: whole, masked, hashed or not at all (daraja.md 5.4, 10)."""

import re

from gateways.interface import PayerPhone, PhoneForm

TEXT_CHARACTERS_MAX = 200
_FULL = re.compile(r"\+?(254[17][0-9]{8})", re.ASCII)
_MASKED = re.compile(r"\+?([0-9]{1,11}\*{1,12}[0-9]{0,11})", re.ASCII)
_HASHED = re.compile(r"[0-9a-fA-F]{64}", re.ASCII)


def payer_of(value: object) -> PayerPhone:
    """Never a reason to lose a payment: what is no number is ABSENT."""
    text = re.sub(r"\s", "", text_of(value))
    if found := _FULL.fullmatch(text):
        return PayerPhone(form=PhoneForm.FULL, text=found[1])
    if found := _MASKED.fullmatch(text):
        return PayerPhone(form=PhoneForm.MASKED, text=found[1])
    if _HASHED.fullmatch(text):
        return PayerPhone(form=PhoneForm.HASHED, text=text.lower())
    return PayerPhone()


def text_of(value: object) -> str:
    """A text or whole number as text without blanks around it; empty for anything else."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value) if abs(value) < 10**30 else ""
    return value.strip()[:TEXT_CHARACTERS_MAX] if isinstance(value, str) else ""
