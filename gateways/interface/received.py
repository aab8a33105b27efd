"""Money in: what a provider tells of payments received, and our answer (daraja.md 2.2, 5.4)."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

PAID_CODE = "0"
MASK = "*"


class PhoneForm(StrEnum):
    """How much of a payer's number we were told (daraja.md A.13, 5.4, 10)."""

    FULL = "full"
    MASKED = "masked"
    HASHED = "hashed"
    ABSENT = "absent"


@dataclass(frozen=True, kw_only=True)
class PayerPhone:
    """A payer's number: 12 digits, digits and `*`, or 64 hexadecimal digits of SHA-256."""

    form: PhoneForm = PhoneForm.ABSENT
    text: str = ""

    def may_be(self, msisdn: str) -> bool:
        """Whether it can be this number. A hint among others, never a match by itself."""
        if self.form is PhoneForm.HASHED:
            return hashlib.sha256(msisdn.encode()).hexdigest() == self.text
        if self.form is PhoneForm.MASKED:
            start, _, rest = self.text.partition(MASK)
            return msisdn.startswith(start) and msisdn.endswith(rest.rpartition(MASK)[2])
        return self.form is PhoneForm.FULL and self.text == msisdn


@dataclass(frozen=True, kw_only=True)
class PromptAnswered:
    """How a prompt ended, as the provider reports it, unsigned (daraja.md 2.2).

    A success may lack its receipt, amount and phone: they come with the confirmation or Pull.
    """

    checkout_id: str
    merchant_request_id: str
    code: str
    text: str
    receipt: str = ""
    amount_minor: int | None = None
    payer: PayerPhone = PayerPhone()
    paid_at: datetime | None = None

    @property
    def paid(self) -> bool:
        """Only code 0 means that money moved."""
        return self.code == PAID_CODE


@dataclass(frozen=True, kw_only=True)
class StraightPayment:
    """A payment to the shortcode as C2B tells it; `account` is what the payer typed (5.4).

    `our_reference` is what our validation answered with, empty without one.
    """

    receipt: str
    shortcode: str
    amount_minor: int
    currency: str
    account: str
    payer: PayerPhone
    payer_name: str = ""
    paid_at: datetime | None = None
    kind: str = ""
    our_reference: str = ""


@dataclass(frozen=True, kw_only=True)
class PaymentConfirmed(StraightPayment):
    """It was paid. An STK payment is confirmed too, under the receipt of its callback (2.2)."""

    balance_minor: int | None = None


@dataclass(frozen=True, kw_only=True)
class PaymentToValidate(StraightPayment):
    """It will be paid unless we refuse within 8 seconds."""


class Refusal(StrEnum):
    """Why we do not want a payment (daraja.md 5.4)."""

    PHONE = "phone"
    ACCOUNT = "account"
    AMOUNT = "amount"
    PERSON = "person"
    SHORTCODE = "shortcode"
    OTHER = "other"


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """Our answer to a PaymentToValidate: taken unless `refusal` says why not.

    `our_reference` comes back with the confirmation.
    """

    refusal: Refusal | None = None
    our_reference: str = ""


TAKEN = Verdict()
