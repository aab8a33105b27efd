"""Causes of pauses and parked payouts, written `api:code` or `api:code:shortcode number`."""

from vault.rules.credentials import CREDENTIAL_CODES, STRIPE_CREDENTIAL_CODES

__all__ = ["CREDENTIAL_CODES", "FLOAT_CODES", "blocks_asking", "waits_for_float"]

STRIPE = "stripe"
FLOAT_CODES = frozenset({"1"})
STRIPE_FLOAT_CODES = frozenset({"balance_insufficient"})


def blocks_asking(cause: str) -> bool:
    """Whether the cause is our credentials: asking with them would fail, or lock them too."""
    api, code = _parts(cause)
    return code in (STRIPE_CREDENTIAL_CODES if api == STRIPE else CREDENTIAL_CODES)


def waits_for_float(cause: str) -> bool:
    """Whether the cause is an empty wallet: a top-up ends it."""
    api, code = _parts(cause)
    return code in (STRIPE_FLOAT_CODES if api == STRIPE else FLOAT_CODES)


def _parts(cause: str) -> tuple[str, str]:
    api, _, rest = cause.partition(":")
    return api, rest.partition(":")[0]
