"""Causes of pauses and parked payouts, written `api:code` or `api:code:shortcode number`."""

from vault.rules.credentials import CREDENTIAL_CODES

__all__ = ["CREDENTIAL_CODES", "FLOAT_CODES", "blocks_asking", "waits_for_float"]

FLOAT_CODES = frozenset({"1"})


def blocks_asking(cause: str) -> bool:
    """Whether the cause is our credentials: asking with them would lock them too."""
    return _code(cause) in CREDENTIAL_CODES


def waits_for_float(cause: str) -> bool:
    """Whether the cause is an empty wallet: a top-up ends it."""
    return _code(cause) in FLOAT_CODES


def _code(cause: str) -> str:
    parts = cause.split(":")
    return parts[1] if len(parts) > 1 else ""
