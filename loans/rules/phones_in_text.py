"""The one Kenyan mobile number in a free text, or why none of it may be paid (fineract.md 2.6)."""

import re
from dataclasses import dataclass
from functools import cache

from core.phones import BadPhone, normal_form

TEXT_CHARACTERS_MAX = 100
NO_PHONE = "no_phone"
SEVERAL_PHONES = "several_phones"
BAD_PHONE = "bad_phone"
# Between the digits of one number; anything else ends the number.
_INSIDE = " \t\u00a0\u2007\u202f\u200b\u2060\ufeff\u200e\u200f\u202a\u202c\u2010-\u2015.()\\-"
_STRETCH = re.compile(rf"[+0-9{_INSIDE}]+", re.ASCII)
_GROUP = re.compile(r"\+?[0-9]+", re.ASCII)
_LETTER_AT_DIGIT = re.compile(r"[^\W\d_][0-9]|[0-9][^\W\d_]")
_SPREADSHEET_DECIMAL = re.compile(r"[0-9]\.[0-9]\s*$", re.ASCII)
_OTHER_DIGIT = re.compile(r"(?![0-9])\d|[\u00b2\u00b3\u00b9\u2070-\u2089\u2460-\u24ff]")


@dataclass(frozen=True, kw_only=True)
class PhonesRead:
    """`msisdn` (2547… or 2541…) or `code`: no_phone, several_phones, bad_phone."""

    msisdn: str = ""
    code: str = ""


def read_phones(text: str) -> PhonesRead:
    """The number that the text names, however it is written, and however often.

    Every digit must belong to a number: what is left over may be the half of another one.
    """
    if not any(character.isnumeric() for character in text):
        return PhonesRead(code=NO_PHONE)
    if len(text) > TEXT_CHARACTERS_MAX or _cannot_be_read(text):
        return PhonesRead(code=BAD_PHONE)
    found: set[str] = set()
    for stretch in _STRETCH.findall(text):
        groups = tuple(_GROUP.findall(stretch))
        numbers = _numbers(groups)
        if groups and not numbers:
            return PhonesRead(code=BAD_PHONE)
        found |= numbers
    if len(found) > 1:
        return PhonesRead(code=SEVERAL_PHONES)
    return PhonesRead(msisdn=found.pop()) if found else PhonesRead(code=BAD_PHONE)


def _cannot_be_read(text: str) -> bool:
    return any(
        pattern.search(text) for pattern in (_OTHER_DIGIT, _LETTER_AT_DIGIT, _SPREADSHEET_DECIMAL)
    )


def _numbers(groups: tuple[str, ...]) -> frozenset[str]:
    """All numbers of all ways to cut the groups, in their order, into whole numbers."""

    @cache
    def after(start: int) -> frozenset[str] | None:
        if start == len(groups):
            return frozenset()
        ways: set[str] | None = None
        for end in range(start + 1, len(groups) + 1):
            number = _number(groups[start:end])
            rest = after(end) if number else None
            if rest is not None:
                ways = (ways or set()) | {number} | rest
        return frozenset(ways) if ways is not None else None

    return after(0) or frozenset()


def _number(groups: tuple[str, ...]) -> str:
    joined = "".join(groups)
    if "+" in joined[1:]:
        return ""
    if joined.startswith("00254"):
        joined = f"+{joined[2:]}"
    try:
        return normal_form(joined)
    except BadPhone:
        return ""
