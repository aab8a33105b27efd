"""Which payment type of the server is ours, by the name that people gave it (fineract.md 7)."""

from collections.abc import Sequence

from gateways.interface import PaymentType


def named(types: Sequence[PaymentType], name: str) -> PaymentType | None:
    """The one of this name, else the only one that is spelt alike; None: none, or several."""
    exact = [each for each in types if each.name == name]
    alike = [each for each in types if each.name.strip().casefold() == name.strip().casefold()]
    found = exact or alike
    return found[0] if len(found) == 1 else None
