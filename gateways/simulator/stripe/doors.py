"""Who is let in, and how often: secret keys, connected accounts, the rate limit."""

import base64
import binascii
from collections import defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from gateways.simulator.stripe.refusals import Refusal, too_many
from gateways.simulator.stripe.state import State

TEST_KEYS = ("sk_test_", "rk_test_")
WRONG = "wrong"
EXPIRED = "expired"
DENIED = "denied"


def let_in(state: State, headers: Mapping[str, str]) -> None:
    """Check the secret key and the Stripe-Account. Raises Refusal: 401 or 403."""
    key = _secret_key(headers.get("authorization", ""))
    rest = key.removeprefix("sk_test_").removeprefix("rk_test_")
    if rest.startswith(EXPIRED):
        raise Refusal(status_code=401, code="api_key_expired", message="Expired API Key provided")
    known = key in state.keys if state.keys else key.startswith(TEST_KEYS)
    if not known or rest.startswith(WRONG):
        raise Refusal(status_code=401, message="Invalid API Key provided")
    if rest.startswith(DENIED):
        raise Refusal(
            status_code=403, message="The provided key does not have the required permissions."
        )
    account = headers.get("stripe-account", "")
    if account and account not in state.tables["account"]:
        raise Refusal(
            status_code=403, code="account_invalid",
            message=f"The provided key does not have access to account '{account}'.",
        )  # fmt: skip


@dataclass
class Limiter:
    """At most `rate_max` requests a second for each endpoint; 0 means no limit."""

    recent: defaultdict[str, deque[datetime]] = field(default_factory=lambda: defaultdict(deque))

    def pass_by(self, endpoint: str, *, rate_max: int, at: datetime) -> None:
        """Count a request. Raises Refusal: 429."""
        moments = self.recent[endpoint]
        while moments and moments[0] <= at - timedelta(seconds=1):
            moments.popleft()
        if rate_max and len(moments) >= rate_max:
            raise too_many()
        moments.append(at)


def _secret_key(authorization: str) -> str:
    kind, _, value = authorization.partition(" ")
    if kind.lower() == "bearer":
        return value.strip()
    if kind.lower() == "basic":
        try:
            return base64.b64decode(value, validate=True).decode().partition(":")[0]
        except (binascii.Error, UnicodeDecodeError):
            return ""
    return ""
