"""What may be instructed: every field checked, every problem named, nothing read or written."""

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import asdict, dataclass

from core import money, phones
from vault.rules import names

AMOUNT_UNITS_MIN = 10
AMOUNT_UNITS_MAX = 250_000
REFERENCE_LENGTH_MAX = 100
REMARKS_LENGTH_MIN = 2
REMARKS_LENGTH_MAX = 100
NAME_LENGTH_MAX = 120
REMARKS_DEFAULT = "Payment"
MAX_RETRIES_DEFAULT = 3
COMMANDS = ("BusinessPayment", "SalaryPayment", "PromotionPayment")
Wrong = Callable[[str, object, str], None]
REFERENCE_EXAMPLE = "SAL-2026-11-0001"
# Ids that look alike must be alike: one payout is made for each.
PLAIN_EXAMPLES = {
    "client_reference": REFERENCE_EXAMPLE, "settlement_id": "SET-2026-11-0001",
    "contest_id": "cup-2026-11", "user_id": "user-1",
}  # fmt: skip
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_NOT_PLAIN = re.compile(r"[^\x20-\x7e]")


@dataclass(frozen=True, kw_only=True)
class Instruction:
    """What was asked for, as it was written. `amount` is shillings as text."""

    client_reference: str
    msisdn: str
    amount: str
    currency: str = "KES"
    command_id: str = COMMANDS[0]
    remarks: str = ""
    payee_name: str = ""
    max_retries: int | None = None


@dataclass(frozen=True, kw_only=True)
class Checked:
    """An instruction that may be carried out, in normal form."""

    client_reference: str
    msisdn: str
    amount_minor: int
    currency: str
    command_id: str
    remarks: str
    payee_name: str
    max_retries: int | None

    @property
    def rail(self) -> str:
        """How it is paid."""
        return "mpesa_b2c"

    @property
    def payee(self) -> dict[str, str]:
        """The columns that say who is paid."""
        return {"msisdn": self.msisdn, "payee_name": self.payee_name}

    def digest(self, *, shortcode_number: str | None) -> bytes:
        """SHA-256 of what was asked: the same for the same request, however it was written."""
        content = asdict(self) | {"shortcode_number": shortcode_number}
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).digest()


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One wrong field: what is wrong and what would be right."""

    field: str
    value: str
    message: str


def check(instruction: Instruction, *, retries_limit: int) -> tuple[Checked | None, list[Problem]]:
    """The instruction in normal form, or every problem that it has."""
    problems: list[Problem] = []

    def wrong(field: str, value: object, message: str) -> None:
        problems.append(Problem(field=field, value=shortened(str(value)), message=message))

    reference = checked_text(
        instruction.client_reference, "client_reference", 1, REFERENCE_LENGTH_MAX, wrong
    )
    remarks = checked_text(
        instruction.remarks or REMARKS_DEFAULT, "remarks",
        REMARKS_LENGTH_MIN, REMARKS_LENGTH_MAX, wrong,
    )  # fmt: skip
    payee_name = checked_text(instruction.payee_name, "payee_name", 0, NAME_LENGTH_MAX, wrong)
    msisdn = _checked_phone(instruction.msisdn, wrong)
    amount_minor = checked_amount(instruction.amount, instruction.currency, wrong)
    if instruction.command_id not in COMMANDS:
        wrong("command_id", instruction.command_id, f"use one of {', '.join(COMMANDS)}")
    retries = instruction.max_retries
    if retries is not None and not 0 <= retries <= retries_limit:
        wrong("max_retries", retries, f"write a number from 0 to {retries_limit}, such as 3")
    if problems:
        return None, problems
    return Checked(
        client_reference=reference,
        msisdn=msisdn,
        amount_minor=amount_minor,
        currency=instruction.currency,
        command_id=instruction.command_id,
        remarks=remarks,
        payee_name=payee_name,
        max_retries=retries,
    ), []


def checked_text(text: str, field: str, length_min: int, length_max: int, wrong: Wrong) -> str:
    """The text without blanks around it; `wrong` hears of what it may not be."""
    cleaned = text.strip()
    if _CONTROL.search(cleaned):
        wrong(field, text, "has control characters: write plain text on one line")
    elif field in PLAIN_EXAMPLES and (strange := _NOT_PLAIN.search(cleaned)):
        wrong(
            field, text,
            f"has the character {names.named(strange[0])}: write plain letters, digits and "
            f"signs of the keyboard only, such as {_example(field)}",
        )  # fmt: skip
    elif invisible := names.invisible(cleaned):
        wrong(
            field, text,
            f"has the invisible character {names.named(invisible)}: type the text anew, "
            f"such as {_example(field)}",
        )  # fmt: skip
    elif not length_min <= len(cleaned) <= length_max:
        wrong(
            field, text,
            f"has {len(cleaned)} characters: write {length_min} to {length_max}, "
            f"such as {_example(field)}",
        )  # fmt: skip
    return cleaned


def _example(field: str) -> str:
    return (PLAIN_EXAMPLES | {"remarks": "November salary"}).get(field, "Amina Example")


def _checked_phone(text: str, wrong: Wrong) -> str:
    try:
        return phones.normal_form(text)
    except phones.BadPhone as error:
        wrong("msisdn", text, str(error))
        return ""


def checked_amount(
    text: str, currency: str, wrong: Wrong, *, units_min: int = AMOUNT_UNITS_MIN
) -> int:
    """Minor units of whole shillings within the limits; `wrong` hears of anything else."""
    if currency not in money.EXPONENTS:
        wrong("currency", currency, "is not a currency of this rail: use KES")
        return 0
    try:
        amount_minor = money.parse_amount(text, currency=currency)
        units = money.whole_units(amount_minor, currency)
    except money.BadAmount as error:
        wrong("amount", text, str(error))
        return 0
    if not units_min <= units <= AMOUNT_UNITS_MAX:
        wrong(
            "amount", text,
            f"M-Pesa pays {units_min} to {AMOUNT_UNITS_MAX} shillings at a time, "
            "such as 1250",
        )  # fmt: skip
    return amount_minor


def shortened(value: str) -> str:
    """At most 60 characters of what was written, for a message."""
    return value if len(value) <= 60 else f"{value[:60]}…"
