"""Money in: what we ask of a provider that collects (daraja.md 2, 5.4, 5.5)."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from gateways.interface.received import PAID_CODE, PayerPhone
from gateways.interface.shared import Exchange

ACCOUNT_CHARACTERS_MAX = 12
DESCRIPTION_CHARACTERS_MAX = 13
PROMPT_SHILLINGS_MAX = 250_000


class CollectionKind(StrEnum):
    """What money is collected on."""

    PAYBILL = "paybill"
    TILL = "till"


@dataclass(frozen=True, kw_only=True)
class CollectionAccess:
    """What is needed to collect on one shortcode. Never logged: secrets are out of its repr.

    `number` is the paybill or till that is paid; `business_number` the head office or store a
    till acts under, empty for the number itself (daraja.md 2.1, 10).
    """

    number: str
    kind: CollectionKind
    consumer_key: str = field(repr=False)
    consumer_secret: str = field(repr=False)
    passkey: str = field(repr=False)
    business_number: str = ""

    @property
    def acts_as(self) -> str:
        """The shortcode that our requests are made for."""
        return self.business_number or self.number


@dataclass(frozen=True, kw_only=True)
class PromptOrder:
    """Ask one payer to pay. There is no reference of ours: sent twice, it prompts twice.

    `account` has at most 12 characters and is shown to the payer; of `description` 13 are kept.
    `url` is where the answer goes, with a secret of its own (daraja.md 2.1).
    """

    msisdn: str
    amount_minor: int
    currency: str
    account: str
    description: str
    url: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Prompted:
    """The provider took the prompt; whether anybody pays comes later (daraja.md 2.2)."""

    checkout_id: str
    merchant_request_id: str
    text: str
    exchange: Exchange


class PromptState(StrEnum):
    """What a query says of a prompt (daraja.md 2.3).

    PENDING: the payer has not answered yet. NOT_FOUND: the id is not known, which right after
    the prompt means no more than "not yet", and is never proof that nobody paid.
    """

    ANSWERED = "answered"
    PENDING = "pending"
    NOT_FOUND = "not_found"


@dataclass(frozen=True, kw_only=True)
class PromptStanding:
    """How a prompt stands. It has no receipt, amount or phone, also when paid (daraja.md 2.3)."""

    checkout_id: str
    state: PromptState
    code: str
    text: str
    exchange: Exchange

    @property
    def paid(self) -> bool:
        """Only an answer of code 0 means that money moved; other codes are read by the table."""
        return self.state is PromptState.ANSWERED and self.code == PAID_CODE


class Unanswered(StrEnum):
    """What the provider does with a payment when our validation does not answer in time."""

    COMPLETED = "Completed"
    CANCELLED = "Cancelled"


@dataclass(frozen=True, kw_only=True)
class PaymentUrls:
    """Where payments straight to the shortcode are told. Registered once (daraja.md 5.4)."""

    validation: str = field(repr=False)
    confirmation: str = field(repr=False)
    unanswered: Unanswered = Unanswered.COMPLETED


@dataclass(frozen=True, kw_only=True)
class Registered:
    """The provider keeps what was registered; `before` when it already did."""

    text: str
    exchange: Exchange
    before: bool = False


@dataclass(frozen=True, kw_only=True)
class PullRegistration:
    """`nominated_msisdn` is the line in the shortcode's own papers (daraja.md 5.5)."""

    nominated_msisdn: str
    url: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class PullWindow:
    """Payments from `since` to `until` (UTC), skipping `offset` rows; 48 hours back at most."""

    since: datetime
    until: datetime
    offset: int = 0


@dataclass(frozen=True, kw_only=True)
class PulledPayment:
    """A payment as Pull tells it. `paid_at` may be three hours off (daraja.md 13, 11)."""

    receipt: str
    amount_minor: int
    currency: str
    account: str
    payer: PayerPhone
    paid_at: datetime | None
    kind: str = ""


@dataclass(frozen=True, kw_only=True)
class PulledPage:
    """One page; `next_offset` None after the last; `unreadable` says why rows were left out."""

    payments: tuple[PulledPayment, ...]
    next_offset: int | None
    exchange: Exchange
    unreadable: tuple[str, ...] = ()


class Collector(Protocol):
    """Brings money in on one shortcode. Each method: one call, one try.

    All raise Declined, Unreachable or Unclear (gateways/errors.py). An Unclear prompt may stand on
    the payer's phone: wait for its answer, do not prompt again.
    """

    def prompt(self, order: PromptOrder) -> Prompted:
        """Show a payment prompt on a phone; the outcome arrives as a PromptAnswered (2.1)."""
        ...

    def ask(self, checkout_id: str) -> PromptStanding:
        """How a prompt stands, answered at once (2.3)."""
        ...

    def register_urls(self, urls: PaymentUrls) -> Registered:
        """Have payments told as PaymentToValidate and PaymentConfirmed (5.4).

        Declined when addresses are registered already: changing them is Safaricom's work.
        """
        ...

    def register_pull(self, registration: PullRegistration) -> Registered:
        """Allow Pull Transactions for the shortcode, once (5.5)."""
        ...

    def pull(self, window: PullWindow) -> PulledPage:
        """One page of payments received, oldest 48 hours back (5.5)."""
        ...
