"""Whether a user's connected account may receive, and why not (stripe.md 3.2, 6.1)."""

from dataclasses import dataclass
from enum import StrEnum

from gateways.interface import Capability


class Skip(StrEnum):
    """Why a winner waits. As a cause of parked payouts it is written `stripe:<skip>`."""

    NO_ACCOUNT = "no_account"
    NOT_CHECKED = "account_not_checked"
    LEFT = "account_left"
    REJECTED = "account_rejected"
    PENDING = "transfers_pending"
    INACTIVE = "transfers_inactive"
    UNREQUESTED = "transfers_unrequested"


# What Stripe answers to a transfer whose destination is at fault: the account must change first.
REFUSALS = frozenset(
    {"insufficient_capabilities_for_transfer", "capability_not_active", "resource_missing",
     "account_invalid"}
)  # fmt: skip
CAUSES = frozenset(f"stripe:{code}" for code in (*Skip, *REFUSALS))
SAID: dict[str, str] = {
    Skip.NO_ACCOUNT: "this user has no connected account yet",
    Skip.NOT_CHECKED: "Stripe was not asked yet whether this account may receive",
    Skip.LEFT: "Stripe does not let us at this account: "
    "its user took our access back, or the id is wrong",
    Skip.REJECTED: "Stripe rejected this account for good: another account is needed",
    Skip.PENDING: "Stripe is still checking this account",
    Skip.INACTIVE: "this account may not receive transfers: the user must finish verification",
    Skip.UNREQUESTED: "receiving transfers was never asked for on this account",
}
_BY_CAPABILITY = {
    Capability.PENDING: Skip.PENDING,
    Capability.INACTIVE: Skip.INACTIVE,
    Capability.UNREQUESTED: Skip.UNREQUESTED,
}


@dataclass(frozen=True, kw_only=True)
class Standing:
    """An account as we know it; `checked`: whether the provider ever told us of it."""

    account_id: str
    transfers: str
    checked: bool
    left: bool
    disabled_reason: str = ""


def skip_of(standing: Standing | None) -> Skip | None:
    """Why this user cannot be paid now; None when a transfer may be tried."""
    if standing is None:
        return Skip.NO_ACCOUNT
    if standing.left:
        return Skip.LEFT
    if not standing.checked:
        return Skip.NOT_CHECKED
    if standing.disabled_reason.startswith("rejected."):
        return Skip.REJECTED
    return _BY_CAPABILITY.get(Capability(standing.transfers))
