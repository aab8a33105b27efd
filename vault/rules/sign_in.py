"""How often a person may try to sign in: so many failures in a window of time."""

import hashlib
import unicodedata
from datetime import UTC, datetime, timedelta
from ipaddress import IPv6Address, ip_address

WINDOW = timedelta(minutes=15)
TRIES_OF_A_NAME_MAX = 10
TRIES_OF_AN_ADDRESS_MAX = 50
NETWORK_BITS = 64


def window_at(at: datetime, window: timedelta = WINDOW) -> datetime:
    """The moment at which the window of `at` began."""
    past_s = int(at.timestamp()) % int(window.total_seconds())
    return datetime.fromtimestamp(int(at.timestamp()) - past_s, UTC)


def wait_s(at: datetime, window: timedelta = WINDOW) -> int:
    """Whole seconds until the next window begins, at least 1."""
    gap = window_at(at, window) + window - at
    return max(1, -int(-gap.total_seconds() // 1))


def name_key(username: str) -> str:
    """A digest: people type passwords into the wrong field."""
    folded = unicodedata.normalize("NFKC", username).casefold()
    return "name:" + hashlib.sha256(folded.encode("utf-8", "replace")).hexdigest()


def address_key(address: str) -> str:
    """An IPv6 network counts as one: whoever has one address of it has all of them."""
    try:
        found = ip_address(address)
    except ValueError:
        return "address:unknown"
    if isinstance(found, IPv6Address):
        found = IPv6Address(int(found) >> NETWORK_BITS << NETWORK_BITS)
    return f"address:{found}"
