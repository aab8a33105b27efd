"""Money is an integer of minor units and a currency. Reading, writing and rounding live here."""

import re
from decimal import ROUND_HALF_UP, Decimal

# What M-Pesa moves. Other rails move more: DECIMALS has every currency that we can write.
EXPONENTS = {"KES": 2}
_WITHOUT_DECIMALS = (
    "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "UGX", "VND",
    "VUV", "XAF", "XOF", "XPF",
)  # fmt: skip
_WITH_TWO_DECIMALS = (
    "AED", "AUD", "BRL", "CAD", "CHF", "CZK", "DKK", "EUR", "GBP", "GHS", "HKD", "HUF", "INR",
    "KES", "MXN", "MYR", "NGN", "NOK", "NZD", "PLN", "RON", "SEK", "SGD", "THB", "TZS", "USD",
    "ZAR",
)  # fmt: skip
_WITH_THREE_DECIMALS = ("BHD", "JOD", "KWD", "OMR", "TND")
DECIMALS = {
    **dict.fromkeys(_WITHOUT_DECIMALS, 0),
    **dict.fromkeys(_WITH_TWO_DECIMALS, 2),
    **dict.fromkeys(_WITH_THREE_DECIMALS, 3),
}
_PLAIN = re.compile(r"[0-9]{1,15}(\.[0-9]{1,3})?", re.ASCII)
_WITH_THOUSANDS = re.compile(r"[0-9]{1,3}(,[0-9]{3}){1,4}(\.[0-9]{1,3})?", re.ASCII)


class BadAmount(ValueError):
    """The text is not an amount of this currency; the message says why, with an example."""


def parse_amount(text: str, *, currency: str, thousands: bool = False) -> int:
    """Minor units of a plain decimal such as `1250` or `1250.00` (with `thousands`: `1,250.00`).

    Raises BadAmount for signs, exponents, other digits than 0-9, or more decimals than the
    currency has.
    """
    cleaned = text.strip()
    if thousands and _WITH_THOUSANDS.fullmatch(cleaned):
        cleaned = cleaned.replace(",", "")
    if not _PLAIN.fullmatch(cleaned):
        raise BadAmount(f"{_shown(text)} is not an amount: write it in digits, such as 1250")
    minor = Decimal(cleaned).scaleb(exponent(currency))
    if minor != minor.to_integral_value():
        raise BadAmount(
            f"{_shown(text)} has more decimals than {currency} allows: "
            f"write {exponent(currency)} at the most, such as {_example(currency)}"
        )
    return int(minor)


def exponent(currency: str) -> int:
    """How many decimals the currency has; raises BadAmount for one that is not known here."""
    try:
        return DECIMALS[currency]
    except KeyError:
        raise BadAmount(
            f"{_shown(currency)} is not a currency we pay in: use its code, such as KES or USD"
        ) from None


def major(amount_minor: int, currency: str) -> Decimal:
    """The amount in whole units, exact: 125000 KES minor is Decimal('1250.00')."""
    return Decimal(amount_minor).scaleb(-exponent(currency))


def whole_units(amount_minor: int, currency: str) -> int:
    """The amount as whole units; raises BadAmount when there is a fraction."""
    units, fraction = divmod(amount_minor, 10 ** exponent(currency))
    if fraction:
        raise BadAmount(
            f"{plain(amount_minor, currency)} has a fraction: M-Pesa moves whole shillings, "
            "such as 1250"
        )
    return units


def rounded_to_units(amount_minor: Decimal, currency: str) -> int:
    """Minor units of whole units, a half rounded up: 52550.4 KES minor is 52600."""
    units = amount_minor.scaleb(-exponent(currency)).quantize(Decimal(1), ROUND_HALF_UP)
    return int(units) * 10 ** exponent(currency)


def plain(amount_minor: int, currency: str) -> str:
    """`1250.00`: for files and JSON."""
    return str(major(amount_minor, currency))


def shown(amount_minor: int, currency: str) -> str:
    """`KES 1,250.00`: for people."""
    return f"{currency} {major(amount_minor, currency):,.{exponent(currency)}f}"


def _example(currency: str) -> str:
    return plain(1250 * 10 ** exponent(currency), currency)


def _shown(text: str) -> str:
    return repr(text if len(text) <= 40 else f"{text[:40]}…")
