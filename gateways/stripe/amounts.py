"""Our minor units to Stripe's and back (stripe.md 1.4)."""

from core.money import BadAmount, exponent
from gateways.interface import is_transferable

# Written with two decimals though they have none: the amount is a multiple of 100.
WRITTEN_WITH_TWO = frozenset({"ISK", "UGX"})


def to_stripe(amount_minor: int, currency: str) -> int:
    """The integer that Stripe wants; raises BadAmount for what it cannot pay."""
    if isinstance(amount_minor, bool) or not isinstance(amount_minor, int) or amount_minor <= 0:
        raise BadAmount(f"{amount_minor!r} is not an amount above 0 in minor units, such as 1250")
    if not is_transferable(amount_minor, currency):
        raise BadAmount(f"{currency} is paid in steps of 0.010, such as 1.250: {amount_minor}")
    return amount_minor * 100 if currency in WRITTEN_WITH_TWO else amount_minor


def from_stripe(amount: int, currency: str) -> int:
    """Our minor units; raises BadAmount for a fraction that the currency does not have."""
    if currency not in WRITTEN_WITH_TWO:
        exponent(currency)
        return amount
    minor, fraction = divmod(amount, 100)
    if fraction:
        raise BadAmount(f"{amount} of {currency} has a fraction: it is a multiple of 100")
    return minor
