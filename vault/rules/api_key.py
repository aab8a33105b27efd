"""The form of an API key: `pv_` and 43 URL-safe characters, of which only a digest is kept."""

import hashlib
import re
import secrets

PREFIX = "pv_"
RANDOM_BYTES = 32
SHOWN_LENGTH = 12
READ = "disburse:read"
WRITE = "disburse:write"
SCOPES = (WRITE, READ)
_FORM = re.compile(r"pv_[A-Za-z0-9_-]{43}", re.ASCII)


def new_key() -> str:
    """A key that was never used before."""
    return PREFIX + secrets.token_urlsafe(RANDOM_BYTES)


def has_key_form(text: str) -> bool:
    """Whether the text could be a key at all."""
    return bool(_FORM.fullmatch(text))


def digest(key: str) -> bytes:
    """What is kept of a key: its SHA-256."""
    return hashlib.sha256(key.encode()).digest()


def shown(key: str) -> str:
    """The first characters, to know the key by."""
    return key[:SHOWN_LENGTH]
