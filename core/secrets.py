"""Encryption of credentials at rest, with key rotation and a bond to their owner.

Each sealed text carries its context inside, so that a value copied from one partner's row to
another's does not open.
"""

import json
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


class CannotOpen(Exception):
    """The sealed text was made with another key, for another row, or was changed."""


def seal(values: dict[str, str], *, context: str) -> str:
    """Encrypt with the first of VAULT_ENCRYPTION_KEYS."""
    payload = json.dumps({"context": context, "values": values})
    return _box(tuple(settings.VAULT_ENCRYPTION_KEYS)).encrypt(payload.encode()).decode()


def unseal(sealed: str, *, context: str) -> dict[str, str]:
    """The values again; any of VAULT_ENCRYPTION_KEYS opens. Raises CannotOpen."""
    try:
        payload = json.loads(_box(tuple(settings.VAULT_ENCRYPTION_KEYS)).decrypt(sealed.encode()))
    except InvalidToken:
        raise CannotOpen(
            f"The credentials of {context} do not open: VAULT_ENCRYPTION_KEYS lacks their key"
        ) from None
    if payload["context"] != context:
        raise CannotOpen(f"The credentials of {context} belong to another row")
    return payload["values"]


def reseal(sealed: str) -> str:
    """The same content under the newest key."""
    try:
        return _box(tuple(settings.VAULT_ENCRYPTION_KEYS)).rotate(sealed.encode()).decode()
    except InvalidToken:
        raise CannotOpen("VAULT_ENCRYPTION_KEYS lacks the key of this text") from None


@lru_cache(maxsize=4)
def _box(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])
