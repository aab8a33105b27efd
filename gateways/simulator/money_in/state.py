"""What the collecting side remembers: prompts, registered addresses, payments under way."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from gateways.simulator.money_in.behaviour import Confirmation, PromptBehaviour


@dataclass(kw_only=True)
class Prompt:
    """A prompt that was taken. `amount` is shillings; `result_code` empty until it ended."""

    checkout_id: str
    merchant_request_id: str
    business_shortcode: str
    shortcode: str
    kind: str
    msisdn: str
    amount: int
    account: str
    url: str
    behaviour: PromptBehaviour
    draw_key: tuple[object, ...]
    taken_at: datetime
    result_code: str = ""
    receipt: str = ""
    ended_at: datetime | None = None

    def as_json(self) -> dict[str, Any]:
        """What people see of it."""
        return {
            "checkoutRequestId": self.checkout_id,
            "shortcode": self.shortcode,
            "msisdn": self.msisdn,
            "amount": self.amount,
            "account": self.account,
            "resultCode": self.result_code,
            "receipt": self.receipt,
        }


@dataclass(frozen=True, kw_only=True)
class Addresses:
    """Where payments to a shortcode are told; `version` 1 hashes numbers, 2 masks them."""

    validation: str
    confirmation: str
    response_type: str
    version: int


@dataclass(kw_only=True)
class Payment:
    """A payment made at a phone straight to a shortcode. `state` waiting, completed, refused."""

    receipt: str
    shortcode: str
    msisdn: str
    amount: int
    account: str
    begun_at: datetime
    confirmation: Confirmation
    state: str = "waiting"
    our_reference: str = ""
    refused_with: str = ""

    def as_json(self) -> dict[str, Any]:
        """What the control address answers."""
        return {
            "receipt": self.receipt,
            "state": self.state,
            "refusedWith": self.refused_with,
        }


@dataclass
class MoneyIn:
    """The memory of the collecting side. `awaiting` is by the number of the validation's post."""

    prompts: dict[str, Prompt] = field(default_factory=dict)
    requests: Counter[str] = field(default_factory=Counter)
    queries: Counter[str] = field(default_factory=Counter)
    payments: Counter[str] = field(default_factory=Counter)
    addresses: dict[str, Addresses] = field(default_factory=dict)
    validating: set[str] = field(default_factory=set)
    passkeys: dict[str, str] = field(default_factory=dict)
    pulling: set[str] = field(default_factory=set)
    awaiting: dict[int, Payment] = field(default_factory=dict)

    def open_for(self, msisdn: str) -> bool:
        """Whether a prompt stands on this phone."""
        return any(
            prompt.msisdn == msisdn and prompt.ended_at is None for prompt in self.prompts.values()
        )
