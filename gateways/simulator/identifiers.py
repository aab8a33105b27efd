"""Receipts, conversation ids and stamps in the provider's forms (daraja.md 10)."""

from datetime import datetime, timedelta, timezone
from random import Random
from string import ascii_uppercase, digits

NAIROBI = timezone(timedelta(hours=3), "EAT")
RECEIPT_ALPHABET = digits + ascii_uppercase
RECEIPT_TAIL_LENGTH = 7
FIRST_YEAR = 2006
DAY_LETTERS = "123456789ABCDEFGHIJKLMNOPQRSTUV"


def date_letters(at: datetime) -> str:
    """Year counted from A=2006, month from A=January, day 1-9 then A-V."""
    local = at.astimezone(NAIROBI)
    year = ascii_uppercase[(local.year - FIRST_YEAR) % len(ascii_uppercase)]
    return year + ascii_uppercase[local.month - 1] + DAY_LETTERS[local.day - 1]


def receipt(at: datetime, *, draw: Random) -> str:
    """A receipt number: the date's letters and seven more."""
    tail = draw.choices(RECEIPT_ALPHABET, k=RECEIPT_TAIL_LENGTH)
    return date_letters(at) + "".join(tail)


def placeholder(at: datetime) -> str:
    """The id that every failed result of one day shares (daraja.md A.8)."""
    return date_letters(at) + "0" * RECEIPT_TAIL_LENGTH


def conversation_id(at: datetime, *, draw: Random) -> str:
    """`AG_yyyymmdd_hex`."""
    return f"AG_{at.astimezone(NAIROBI):%Y%m%d}_{draw.getrandbits(80):020x}"


def platform_originator_id(*, draw: Random) -> str:
    """The originator id the platform makes where the caller gives none: old or new form."""
    if draw.random() < 0.5:
        return f"{draw.randint(1000, 99999)}-{draw.randint(10**6, 10**8)}-{draw.randint(1, 9)}"
    groups = (draw.getrandbits(16) for _ in range(4))
    return "-".join(f"{group:04x}" for group in groups) + f"-{draw.getrandbits(64):016x}"


def dotted_stamp(at: datetime) -> str:
    """`dd.MM.yyyy HH:mm:ss` in Nairobi time (daraja.md 3.4)."""
    return f"{at.astimezone(NAIROBI):%d.%m.%Y %H:%M:%S}"


def digits_stamp(at: datetime) -> str:
    """`yyyyMMddHHmmss` in Nairobi time (daraja.md 5.1)."""
    return f"{at.astimezone(NAIROBI):%Y%m%d%H%M%S}"
