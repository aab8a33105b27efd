"""What the provider behind a rail is called in sentences for people."""

from gateways.interface import Rail

_NAMES = {Rail.STRIPE_TRANSFER: "Stripe"}


def provider(rail: str) -> str:
    """`M-Pesa` or `Stripe`."""
    return _NAMES.get(Rail(rail), "M-Pesa")


def is_stripe(rail: str) -> bool:
    """Whether it is paid by a transfer to a connected account."""
    return rail == Rail.STRIPE_TRANSFER
