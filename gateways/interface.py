"""What we ask of providers and what they tell us, in our own words.

A gateway makes one call with one try and knows no table of ours. Amounts are minor units of
`currency`; moments are UTC; phones are 12 digits starting with 254.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class Rail(StrEnum):
    """The ways money can leave."""

    MPESA_B2C = "mpesa_b2c"


@dataclass(frozen=True, kw_only=True)
class ShortcodeAccess:
    """What is needed to act for one shortcode. Never logged: secrets are out of its repr."""

    number: str
    consumer_key: str = field(repr=False)
    consumer_secret: str = field(repr=False)
    initiator_name: str
    initiator_password: str = field(repr=False)
    certificate: str = field(repr=False)
    identifier_type: str = "4"


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """One HTTP exchange with a provider, secrets removed, for the log of calls."""

    method: str
    url: str
    started_at: datetime
    duration_ms: int
    request_body: str = ""
    http_status: int | None = None
    response_body: str = ""
    request_id: str = ""
    error: str = ""


@dataclass(frozen=True, kw_only=True)
class CallbackUrls:
    """Where the provider sends the result, and where it sends a queue time-out."""

    result: str = field(repr=False)
    timeout: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class PayoutOrder:
    """One attempt to pay. `reference` is ours and unique: the provider refuses it twice."""

    reference: str
    msisdn: str
    amount_minor: int
    currency: str
    command_id: str
    remarks: str
    occasion: str
    urls: CallbackUrls


@dataclass(frozen=True, kw_only=True)
class StatusQuestion:
    """Ask what became of the payout that we sent under `reference`."""

    reference: str
    remarks: str
    urls: CallbackUrls


@dataclass(frozen=True, kw_only=True)
class BalanceQuestion:
    """Ask for the balances of the shortcode's wallets."""

    remarks: str
    urls: CallbackUrls


@dataclass(frozen=True, kw_only=True)
class Acknowledgement:
    """The provider queued the request. It is not an outcome (daraja.md A.1)."""

    conversation_id: str
    originator_id: str
    text: str
    exchange: Exchange


class Disburser(Protocol):
    """Pays out over one rail. Each method: one call, one try.

    All raise Declined, Unreachable or Unclear (gateways/errors.py).
    """

    def send(self, order: PayoutOrder) -> Acknowledgement:
        """Hand one payout to the provider; the outcome arrives as a PayoutResult."""
        ...

    def ask(self, question: StatusQuestion) -> Acknowledgement:
        """Ask about a payout; the answer arrives as a StatusAnswer."""
        ...

    def ask_balance(self, question: BalanceQuestion) -> Acknowledgement:
        """Ask for balances; the answer arrives as a BalanceAnswer."""
        ...


@dataclass(frozen=True, kw_only=True)
class PayoutResult:
    """A final result of a payout as the provider reports it, unsigned (daraja.md 3.4)."""

    reference: str
    conversation_id: str
    code: str
    text: str
    receipt: str = ""
    amount_minor: int | None = None
    receiver: str = ""
    completed_at: datetime | None = None
    utility_available_minor: int | None = None

    @property
    def paid(self) -> bool:
        """Only code 0 means that money moved."""
        return self.code == "0"


@dataclass(frozen=True, kw_only=True)
class PayoutTimedOut:
    """The request waited too long in the provider's queue: not a verdict (daraja.md 3.5).

    `reference` is empty when the body did not name it; the path's secret finds the attempt.
    """

    reference: str = ""


class PaymentState(StrEnum):
    """What a status query says of the payment (daraja.md 5.1)."""

    COMPLETED = "completed"
    NOT_PAID = "not_paid"
    IN_FLIGHT = "in_flight"
    NOT_FOUND = "not_found"
    REFUSED = "refused"


@dataclass(frozen=True, kw_only=True)
class StatusAnswer:
    """The answer to a StatusQuestion. The envelope's ids are the query's own."""

    query_conversation_id: str
    query_originator_id: str
    state: PaymentState
    code: str
    text: str
    provider_status: str = ""
    reference: str = ""
    receipt: str = ""
    amount_minor: int | None = None
    completed_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class StatusTimedOut:
    """The status query itself waited too long: it says nothing about the payment."""


@dataclass(frozen=True, kw_only=True)
class WalletBalance:
    """One wallet of a shortcode; amounts may be negative."""

    name: str
    currency: str
    current_minor: int
    available_minor: int
    reserved_minor: int
    uncleared_minor: int


@dataclass(frozen=True, kw_only=True)
class BalanceAnswer:
    """The answer to a BalanceQuestion, or a refusal (code other than 0, no wallets)."""

    query_conversation_id: str
    query_originator_id: str
    code: str
    text: str
    wallets: tuple[WalletBalance, ...] = ()


Event = PayoutResult | PayoutTimedOut | StatusAnswer | StatusTimedOut | BalanceAnswer


class Unreadable(ValueError):
    """A callback's body says nothing that we can be sure of; the message says why."""


class Delivery(StrEnum):
    """What became of a callback once it was read."""

    APPLIED = "applied"
    DUPLICATE = "duplicate"
    UNMATCHED = "unmatched"
    MALFORMED = "malformed"
    CONTRADICTORY = "contradictory"
    IGNORED = "ignored"


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """How an event reached us: what decides how far it is trusted."""

    callback_id: int
    secret_digest: bytes
    source_listed: bool
    received_at: datetime


@dataclass(frozen=True, kw_only=True)
class CodeDefault:
    """A row of the provider's result-code table, as documented.

    `next` is never | backoff | next_day | operator | ask; `scope` is payment | shortcode;
    `text_pattern` is a case-blind part of the description, empty for any. `whose_side` is
    payee | ours | provider | nobody | unknown; `_sw` is Swahili.
    """

    api: str
    code: str
    meaning: str
    outcome: str
    next: str
    scope: str = "payment"
    text_pattern: str = ""
    meaning_sw: str = ""
    whose_side: str = "unknown"
    what_to_do: str = ""
    what_to_do_sw: str = ""
