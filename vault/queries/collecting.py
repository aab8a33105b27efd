"""Reads: how a shortcode collects, and which one a message is about."""

from collections.abc import Collection as Some
from collections.abc import Sequence
from uuid import UUID

from django.db.models import Q

from core import secrets
from core.secrets import CannotOpen
from gateways import inbox, registry
from gateways.interface import CollectionAccess, CollectionKind
from vault.models import Collection, Shortcode

CONFIRMATION = "c2b-confirmation"
VALIDATION = "c2b-validation"


def access_of(shortcode: Shortcode) -> CollectionAccess:
    """The opened credentials to collect with; raises secrets.CannotOpen."""
    values = secrets.unseal(shortcode.sealed_credentials, context=shortcode.context)
    set_up = Collection.objects.filter(shortcode=shortcode).first()
    return CollectionAccess(
        number=shortcode.number,
        kind=CollectionKind(shortcode.kind),
        consumer_key=values["consumer_key"],
        consumer_secret=values["consumer_secret"],
        passkey=values.get("passkey", ""),
        business_number=set_up.business_number if set_up else "",
    )


def told_about(*, number: str, kind: str, secret_digest: bytes) -> Shortcode | None:
    """The shortcode of this number (or the till under it) at whose own address a message came.

    None: we have no such shortcode, or it came under the secret of another one.
    """
    same_number = Q(number=number) | Q(
        pk__in=Collection.objects.filter(business_number=number).values("shortcode_id")
    )
    for shortcode in Shortcode.objects.of_mpesa().filter(same_number).order_by("number"):
        digests = inbox.standing_digests(
            provider=registry.collected_by(), kind=kind, subject=shortcode.number
        )
        if secret_digest in digests:
            return shortcode
    return None


def pulled_shortcodes(
    *, numbers: Some[str] | None = None, partners: Some[UUID] | None = None
) -> Sequence[str]:
    """The active numbers that Pull is registered for; of these, of these partners."""
    rows = Collection.objects.filter(pull_registered_at__isnull=False, shortcode__is_active=True)
    if partners is not None:
        rows = rows.filter(shortcode__partner_id__in=partners)
    if numbers is not None:
        rows = rows.filter(shortcode__number__in=numbers)
    return list(rows.order_by("shortcode__number").values_list("shortcode__number", flat=True))


def address_of(*, shortcode: Shortcode, kind: str) -> str:
    """The lasting address for one kind of message about a shortcode."""
    provider = registry.collected_by()
    secret = inbox.standing_secret(provider=provider, kind=kind, subject=shortcode.number)
    return inbox.callback_url(provider=provider, kind=kind, secret=secret)


__all__ = [
    "CONFIRMATION", "VALIDATION", "CannotOpen", "access_of", "address_of", "pulled_shortcodes",
    "told_about",
]  # fmt: skip
