"""What may be instructed to a business: a paybill with an account, or a till (daraja.md 4)."""

import hashlib
import json
import re
from dataclasses import asdict, dataclass

from disbursements.rules import intake
from disbursements.rules.intake import Problem
from vault.rules import receivers
from vault.rules.receivers import PAYBILL, TILL

COMMANDS = {PAYBILL: "BusinessPayBill", TILL: "BusinessBuyGoods"}
AMOUNT_UNITS_MIN = 1


@dataclass(frozen=True, kw_only=True)
class BusinessInstruction:
    """What was asked for, as it was written. `amount` is shillings as text."""

    client_reference: str
    receiver_number: str
    amount: str
    receiver_kind: str = PAYBILL
    account_reference: str = ""
    currency: str = "KES"
    remarks: str = ""
    payee_name: str = ""
    max_retries: int | None = None


@dataclass(frozen=True, kw_only=True)
class CheckedBusiness:
    """An instruction that may be carried out, in normal form."""

    client_reference: str
    receiver_number: str
    receiver_kind: str
    account_reference: str
    amount_minor: int
    currency: str
    remarks: str
    payee_name: str
    max_retries: int | None

    @property
    def rail(self) -> str:
        """How it is paid."""
        return "mpesa_b2b"

    @property
    def command_id(self) -> str:
        """What the provider calls it."""
        return COMMANDS[self.receiver_kind]

    @property
    def beneficiary(self) -> str:
        """Whom it pays, however the account is written."""
        return beneficiary(self.receiver_number, self.account_reference)

    @property
    def payee(self) -> dict[str, str]:
        """The columns that say who is paid."""
        return {
            "msisdn": "", "payee_name": self.payee_name, "receiver_number": self.receiver_number,
            "receiver_kind": self.receiver_kind, "account_reference": self.account_reference,
            "beneficiary": self.beneficiary,
        }  # fmt: skip

    def digest(self, *, shortcode_number: str | None) -> bytes:
        """SHA-256 of what was asked: the same for the same request, however it was written."""
        content = asdict(self) | {"rail": self.rail, "shortcode_number": shortcode_number}
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).digest()


def beneficiary(receiver_number: str, account_reference: str) -> str:
    """`600222:PROP001`: capitals, without blanks and dashes, as billers read accounts."""
    account = re.sub(r"[^A-Z0-9#/.]", "", account_reference.upper())
    return f"{receiver_number}:{account}"


def check_business(
    instruction: BusinessInstruction, *, retries_limit: int
) -> tuple[CheckedBusiness | None, list[Problem]]:
    """The instruction in normal form, or every problem that it has."""
    problems: list[Problem] = []

    def wrong(field: str, value: object, message: str) -> None:
        problems.append(Problem(field=field, value=intake.shortened(str(value)), message=message))

    reference = intake.checked_text(
        instruction.client_reference, "client_reference", 1, intake.REFERENCE_LENGTH_MAX, wrong
    )
    remarks = intake.checked_text(
        instruction.remarks or intake.REMARKS_DEFAULT, "remarks",
        intake.REMARKS_LENGTH_MIN, intake.REMARKS_LENGTH_MAX, wrong,
    )  # fmt: skip
    payee_name = intake.checked_text(
        instruction.payee_name, "payee_name", 0, intake.NAME_LENGTH_MAX, wrong
    )
    amount_minor = intake.checked_amount(
        instruction.amount, instruction.currency, wrong, units_min=AMOUNT_UNITS_MIN
    )
    number, account = _checked_receiver(instruction, wrong)
    retries = instruction.max_retries
    if retries is not None and not 0 <= retries <= retries_limit:
        wrong("max_retries", retries, f"write a number from 0 to {retries_limit}, such as 3")
    if problems:
        return None, problems
    return CheckedBusiness(
        client_reference=reference,
        receiver_number=number,
        receiver_kind=instruction.receiver_kind,
        account_reference=account,
        amount_minor=amount_minor,
        currency=instruction.currency,
        remarks=remarks,
        payee_name=payee_name,
        max_retries=retries,
    ), []


def _checked_receiver(instruction: BusinessInstruction, wrong: intake.Wrong) -> tuple[str, str]:
    number, account = instruction.receiver_number.strip(), instruction.account_reference.strip()
    kind = instruction.receiver_kind
    if problem := receivers.number_problem(number):
        wrong("receiver_number", number, problem)
    if kind not in COMMANDS:
        wrong("receiver_kind", kind, "write paybill or till")
    elif kind == TILL and account:
        wrong("account_reference", account, "must be empty for a till")
    elif kind == PAYBILL and (problem := receivers.account_problem(account)):
        wrong("account_reference", account, problem)
    return number, account
