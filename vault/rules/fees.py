"""The platform's fee of a payment: received = fee + owed, always (decision 19)."""

import re
from dataclasses import dataclass
from decimal import Decimal

from core import money

BPS_OF_ALL = 10_000
_PERCENTAGE = re.compile(r"[0-9]{1,3}(\.[0-9]{1,2})?", re.ASCII)


class BadPercentage(ValueError):
    """The text is no percentage; the message says why, with an example."""


class FeeTooLarge(ValueError):
    """The fee is more than what was paid; the message says both."""


@dataclass(frozen=True, kw_only=True)
class Terms:
    """`rate_bps` of the payment (500 is 5 %) plus a flat part, between minimum and maximum."""

    rate_bps: int = 0
    flat_minor: int = 0
    minimum_minor: int = 0
    maximum_minor: int | None = None


@dataclass(frozen=True, kw_only=True)
class Split:
    """What is kept and what is owed to the owner, in minor units; `owed_minor` is whole units."""

    fee_minor: int
    owed_minor: int


def split(amount_minor: int, terms: Terms, *, currency: str = "KES") -> Split:
    """The amount in two parts that add up to it.

    The fee is rounded half up to a whole unit; the cents of an odd payment go to the fee, since
    M-Pesa moves whole shillings. Raises FeeTooLarge when the fee is more than the payment.
    """
    fee_minor = fee_of(amount_minor, terms, currency=currency)
    cents_minor = amount_minor % 10 ** money.exponent(currency)
    owed_minor = amount_minor - cents_minor - fee_minor
    if owed_minor < 0:
        raise FeeTooLarge(
            f"the fee of {money.shown(fee_minor, currency)} is more than the payment of "
            f"{money.shown(amount_minor, currency)}: pay more, or give a rule with a smaller fee"
        )
    return Split(fee_minor=amount_minor - owed_minor, owed_minor=owed_minor)


def fee_of(amount_minor: int, terms: Terms, *, currency: str = "KES") -> int:
    """The fee before anybody asks whether the payment covers it, in minor units."""
    exact_minor = Decimal(amount_minor) * terms.rate_bps / BPS_OF_ALL + terms.flat_minor
    at_least_minor = max(exact_minor, Decimal(terms.minimum_minor))
    if terms.maximum_minor is not None:
        at_least_minor = min(at_least_minor, Decimal(terms.maximum_minor))
    return money.rounded_to_units(at_least_minor, currency)


def in_words(terms: Terms, *, currency: str = "KES") -> str:
    """`5 % + KES 20.00, at least KES 50.00, at most KES 500.00`."""
    parts = [f"{terms.rate_bps / 100:g} %"] if terms.rate_bps or not terms.flat_minor else []
    if terms.flat_minor:
        parts.append(money.shown(terms.flat_minor, currency))
    text = " + ".join(parts)
    if terms.minimum_minor:
        text += f", at least {money.shown(terms.minimum_minor, currency)}"
    if terms.maximum_minor is not None:
        text += f", at most {money.shown(terms.maximum_minor, currency)}"
    return text


def percentage_bps(text: str) -> int:
    """Basis points of `5` or `7.5`; raises BadPercentage."""
    found = text.strip()
    if not _PERCENTAGE.fullmatch(found) or Decimal(found) > 100:
        shown = repr(text if len(text) <= 20 else f"{text[:20]}…")
        raise BadPercentage(
            f"{shown} is no percentage: write 0 to 100 with two decimals at the most, such as 5 "
            "or 7.5"
        )
    return int(Decimal(found) * 100)
