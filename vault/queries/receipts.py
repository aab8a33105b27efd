"""A tenant's receipt by a link that nobody can guess, for a year and for this allocation only."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.core.signing import Signer
from django.utils.crypto import constant_time_compare

from vault.models import Payment
from vault.states import PaymentStatus

VALID_FOR = timedelta(days=365)
SALT = "vault.receipt"
ID_CHARACTERS = 22
SIGNATURE_CHARACTERS = 22  # 131 bits of HMAC-SHA256: short enough for an SMS
TOKEN_LENGTH = ID_CHARACTERS + SIGNATURE_CHARACTERS


def receipt_url(payment: Payment) -> str:
    """The address of the receipt of an allocated payment: `https://…/r/<44 characters>`.

    It names property and tenant in its signature: once the payment is allocated to others, it
    opens no more, and the new ones get another. It ends a year after the payment was received.
    """
    return f"{settings.VAULT_PUBLIC_URL}/r/{token_of(payment)}"


def token_of(payment: Payment) -> str:
    """The last part of the receipt's address."""
    written_id = urlsafe_b64encode(payment.pk.bytes).decode().rstrip("=")
    return written_id + _signatures(payment)[0]


def payment_of_receipt(*, token: str, at: datetime) -> Payment | None:
    """The payment that the link is the receipt of; None for a link that is wrong or too old."""
    payment_id = _id(token)
    if payment_id is None:
        return None
    payment = (
        Payment.objects.select_related("property", "tenant", "partner")
        .filter(pk=payment_id, status=PaymentStatus.ALLOCATED, received_at__gt=at - VALID_FOR)
        .first()
    )
    if payment is None:
        return None
    given = token[ID_CHARACTERS:]
    is_ours = [constant_time_compare(given, each) for each in _signatures(payment)]
    return payment if any(is_ours) else None


def _signatures(payment: Payment) -> list[str]:
    """By today's key, then by those that it replaced."""
    signer = Signer(salt=SALT)
    value = f"{payment.pk}:{payment.property_id}:{payment.tenant_id}"
    keys = [signer.key, *signer.fallback_keys]
    return [signer.signature(value, key)[:SIGNATURE_CHARACTERS] for key in keys]


def _id(token: str) -> UUID | None:
    """The id at the token's beginning; None unless it is written as we write it."""
    if len(token) != TOKEN_LENGTH or not token.isascii():
        return None
    written = token[:ID_CHARACTERS]
    try:
        raw = urlsafe_b64decode(f"{written}==")
    except ValueError:
        return None
    if len(raw) != 16 or urlsafe_b64encode(raw).decode().rstrip("=") != written:
        return None
    return UUID(bytes=raw)
