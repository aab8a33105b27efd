"""Which wallet payouts leave from, and when it holds too little (daraja.md 5.2)."""

from core import money

UTILITY = "Utility Account"
# A Stripe account has one for each currency (stripe.md 1.3).
AVAILABLE = "Available"


def is_utility(name: str) -> bool:
    """Whether B2C payouts are paid from the wallet of this name."""
    return name.strip().lower().startswith("utility")


def low_float_text(*, number: str, available_minor: int, low_minor: int, currency: str) -> str:
    """A sentence when less than `low_minor` is left, else empty; `low_minor` 0 is never."""
    if not low_minor or available_minor >= low_minor:
        return ""
    return (
        f"The utility wallet of {number} holds {money.shown(available_minor, currency)}, "
        f"less than {money.shown(low_minor, currency)}: top it up"
    )
