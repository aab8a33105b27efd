"""Seal every credential under the newest key, so that an older key may be taken away."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import transaction

from core import secrets, states
from core.refusals import Refused
from gateways.models import AccessToken
from vault.models import Shortcode


@dataclass(frozen=True, kw_only=True)
class Rotated:
    """How many rows were sealed anew: shortcodes, what other apps seal, provider tokens."""

    shortcodes: int
    others: int
    tokens: int


def rotate_secrets(*, actor: str, at: datetime) -> Rotated:
    """All or nothing. Raises Refused naming each row whose key is missing.

    Of every app: a model names its sealed column in SEALED.
    """
    with transaction.atomic():
        rows, closed = _rows(), []
        for row in rows:
            try:
                setattr(row, row.SEALED, secrets.reseal(getattr(row, row.SEALED)))
            except secrets.CannotOpen:
                closed.append(str(row))
        if closed:
            raise Refused(
                f"the credentials of {', '.join(closed)} do not open: put the key they were "
                "sealed with back at the end of VAULT_ENCRYPTION_KEYS"
            )
        for row in rows:
            row.save(update_fields=[row.SEALED])
            states.note(row, at=at, because="credentials sealed under the newest key", actor=actor)
        tokens = _rotate_tokens()
    shortcodes = sum(isinstance(row, Shortcode) for row in rows)
    return Rotated(shortcodes=shortcodes, others=len(rows) - shortcodes, tokens=tokens)


def _rows() -> list[Any]:
    sealing = [model for model in apps.get_models() if getattr(model, "SEALED", "")]
    return [
        row
        for model in sealing
        for row in model._default_manager.select_for_update(of=("self",)).order_by("pk")
    ]


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
