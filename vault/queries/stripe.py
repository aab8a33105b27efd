"""Reads: which Stripe account a notice is about, and where its notices are to be sent."""

from gateways import inbox, registry
from gateways.interface import Rail
from vault.models import Shortcode

PLATFORM = "platform"
CONNECT = "connect"


def platform_of(secret_digest: bytes, *, kind: str = PLATFORM) -> Shortcode | None:
    """The Stripe account at whose own address a notice came; None: at none of ours."""
    for account in Shortcode.objects.of_stripe().order_by("number"):
        digests = inbox.standing_digests(provider=_provider(), kind=kind, subject=account.number)
        if secret_digest in digests:
            return account
    return None


def webhook_addresses(account: Shortcode) -> dict[str, str]:
    """Where Stripe sends the account's own notices, and those of the accounts connected to it."""
    return {
        kind: inbox.callback_url(
            provider=_provider(), kind=kind,
            secret=inbox.standing_secret(
                provider=_provider(), kind=kind, subject=account.number
            ),
        )
        for kind in (PLATFORM, CONNECT)
    }  # fmt: skip


def _provider() -> str:
    return registry.provider_of(Rail.STRIPE_TRANSFER)
