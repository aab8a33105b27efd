"""What all providers share: who we are to them, one exchange, what came of a callback."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Rail(StrEnum):
    """The ways money can leave."""

    MPESA_B2C = "mpesa_b2c"
    MPESA_B2B = "mpesa_b2b"
    STRIPE_TRANSFER = "stripe_transfer"


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
class Acknowledgement:
    """The provider queued the request. It is not an outcome (daraja.md A.1)."""

    conversation_id: str
    originator_id: str
    text: str
    exchange: Exchange


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
