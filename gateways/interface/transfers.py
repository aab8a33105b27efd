"""Transfers to connected accounts: money has moved when the answer says so (stripe.md 1, 2, 6)."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from core.money import exponent
from gateways.interface.shared import Exchange

# In minor units, of a currency with three decimals (stripe.md 1.4).
THREE_DECIMALS = 3
STEP_MINOR = 10


def is_transferable(amount_minor: int, currency: str) -> bool:
    """Whether a transfer can be of this amount above 0: with three decimals the last one is 0."""
    return exponent(currency) < THREE_DECIMALS or amount_minor % STEP_MINOR == 0


@dataclass(frozen=True, kw_only=True)
class PlatformAccess:
    """What is needed to act for one platform account of a partner. Never logged."""

    secret_key: str = field(repr=False)

    @property
    def is_live(self) -> bool:
        """Whether it moves real money: a key says of itself which mode it is of."""
        return "_test_" not in self.secret_key[:8]


@dataclass(frozen=True, kw_only=True)
class TransferOrder:
    """One try to pay, frozen with its `key`: under the same key every field stays as it was.

    `transfer_id` is ours and goes along as metadata; `group` is unique for each transfer, so that
    it can be looked up by it. `earlier_open`: an earlier try under this key has no known outcome,
    which only a replayed refusal settles: anything else that is not paid is Unclear then, also
    what did not leave (stripe.md 2.4).
    """

    key: str
    transfer_id: str
    group: str
    destination: str
    amount_minor: int
    currency: str
    description: str = ""
    earlier_open: bool = False


@dataclass(frozen=True, kw_only=True)
class TakenBack:
    """One reversal of a transfer; `reversal_id` is ours, empty on one that we did not make."""

    provider_id: str
    reversal_id: str
    amount_minor: int


@dataclass(frozen=True, kw_only=True)
class Transfer:
    """A transfer as the provider has it. There is no status: that it exists means that it paid.

    `reversed_minor` only ever grows; `transfer_id` is ours, empty on one that we did not make.
    `taken_back` has the newest of its reversals, ten at the most.
    """

    provider_id: str
    transfer_id: str
    group: str
    destination: str
    amount_minor: int
    reversed_minor: int
    currency: str
    live: bool
    created_at: datetime
    balance_entry_id: str = ""
    taken_back: tuple[TakenBack, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Transferred:
    """It is paid. `replayed`: the answer is the saved one of an earlier try under the key."""

    transfer: Transfer
    replayed: bool
    exchange: Exchange


@dataclass(frozen=True, kw_only=True)
class TransfersFound:
    """All transfers of one group to one destination, newest first, over all pages."""

    transfers: tuple[Transfer, ...]
    exchanges: tuple[Exchange, ...]


@dataclass(frozen=True, kw_only=True)
class ReversalOrder:
    """Take back `amount_minor` of a transfer, under a key of its own; as TransferOrder."""

    key: str
    reversal_id: str
    provider_id: str
    amount_minor: int
    currency: str
    earlier_open: bool = False


@dataclass(frozen=True, kw_only=True)
class Reversed:
    """Taken back from the connected account."""

    provider_id: str
    amount_minor: int
    currency: str
    replayed: bool
    exchange: Exchange


class Capability(StrEnum):
    """Whether an account may receive transfers; only ACTIVE does."""

    ACTIVE = "active"
    PENDING = "pending"
    INACTIVE = "inactive"
    UNREQUESTED = "unrequested"


@dataclass(frozen=True, kw_only=True)
class AccountStanding:
    """What the provider says of a connected account; the lists hold names of requirements."""

    account_id: str
    country: str
    currency: str
    transfers: Capability
    payouts_enabled: bool
    currently_due: tuple[str, ...] = ()
    past_due: tuple[str, ...] = ()
    disabled_reason: str = ""

    @property
    def receives(self) -> bool:
        """Whether a transfer would be taken; the answer to one is the authority."""
        return self.transfers is Capability.ACTIVE


@dataclass(frozen=True, kw_only=True)
class AccountAnswer:
    """The standing of an account, asked for."""

    standing: AccountStanding
    exchange: Exchange


@dataclass(frozen=True, kw_only=True)
class PlatformBalance:
    """Available minor units by currency. It reserves nothing."""

    available_minor: dict[str, int]
    exchange: Exchange


class Transferrer(Protocol):
    """Pays out of the balance of one platform account. Each method is one call, one try;
    `find` makes one for each page.

    All raise Declined, Unreachable or Unclear (gateways/errors.py), and ValueError never: what
    cannot be sent is Declined before anything leaves.
    """

    def send(self, order: TransferOrder) -> Transferred:
        """Pay; a Declined proves that nothing moved under this key, an Unclear nothing."""
        ...

    def find(self, *, group: str, destination: str) -> TransfersFound:
        """Look up what was paid. That nothing is found proves nothing for a while after a try."""
        ...

    def fetch(self, provider_id: str) -> Transferred:
        """One transfer as it is now; Declined `resource_missing` when there is none."""
        ...

    def reverse(self, order: ReversalOrder) -> Reversed:
        """Take money back from the connected account."""
        ...

    def account(self, account_id: str) -> AccountAnswer:
        """How an account stands."""
        ...

    def balance(self) -> PlatformBalance:
        """What is available."""
        ...


class TransferChange(StrEnum):
    """What a notice of a transfer is about; none of them is a failure."""

    CREATED = "created"
    UPDATED = "updated"
    REVERSED = "reversed"


@dataclass(frozen=True, kw_only=True)
class TransferChanged:
    """A transfer as it was when the notice was made: apply what only grows, in any order."""

    event_id: str
    change: TransferChange
    transfer: Transfer


@dataclass(frozen=True, kw_only=True)
class AccountChanged:
    """How a connected account stood when the notice was made."""

    event_id: str
    standing: AccountStanding


@dataclass(frozen=True, kw_only=True)
class CapabilityChanged:
    """The capability to receive transfers changed."""

    event_id: str
    account_id: str
    transfers: Capability


@dataclass(frozen=True, kw_only=True)
class AccountLeft:
    """The account took its permission back: calls about it are refused from now on."""

    event_id: str
    account_id: str


@dataclass(frozen=True, kw_only=True)
class BalanceAvailable:
    """Money of ours became available: what waits for it may go on."""

    event_id: str
    available_minor: dict[str, int]


@dataclass(frozen=True, kw_only=True)
class BankPayoutFailed:
    """The payee's bank sent the money back into the payee's balance: our transfer stays paid."""

    event_id: str
    account_id: str
    payout_id: str
    code: str
    text: str


@dataclass(frozen=True, kw_only=True)
class NothingForUs:
    """A notice that says nothing which we act on."""

    event_id: str
    kind: str


TransferEvent = (
    TransferChanged
    | AccountChanged
    | CapabilityChanged
    | AccountLeft
    | BalanceAvailable
    | BankPayoutFailed
    | NothingForUs
)
