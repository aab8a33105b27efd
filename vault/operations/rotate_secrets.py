"""Seal every credential under the newest key, so that an older key may be taken away."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from core import secrets, states
from core.refusals import Refused
from gateways.models import AccessToken
from vault.models import Shortcode


@dataclass(frozen=True, kw_only=True)
class Rotated:
    """How many shortcodes were sealed anew, and how many provider tokens."""

    shortcodes: int
    tokens: int


def rotate_secrets(*, actor: str, at: datetime) -> Rotated:
    """All or nothing. Raises Refused naming each shortcode whose key is missing."""
    with transaction.atomic():
        rows = list(Shortcode.objects.select_for_update().order_by("number"))
        closed = []
        for row in rows:
            try:
                row.sealed_credentials = secrets.reseal(row.sealed_credentials)
            except secrets.CannotOpen:
                closed.append(row.number)
        if closed:
            raise Refused(
                f"the credentials of {', '.join(closed)} do not open: put the key they were "
                "sealed with back at the end of VAULT_ENCRYPTION_KEYS"
            )
        for row in rows:
            row.save(update_fields=["sealed_credentials"])
            states.note(row, at=at, because="credentials sealed under the newest key", actor=actor)
        tokens = _rotate_tokens()
    return Rotated(shortcodes=len(rows), tokens=tokens)


def _rotate_tokens() -> int:
    """A token that does not open is forgotten: the next call fetches another."""
    rotated = 0
    for token in AccessToken.objects.select_for_update().order_by("key_digest"):
        try:
            token.sealed_token = secrets.reseal(token.sealed_token)
        except secrets.CannotOpen:
            token.delete()
            continue
        token.save(update_fields=["sealed_token"])
        rotated += 1
    return rotated
