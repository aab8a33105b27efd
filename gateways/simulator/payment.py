"""A payment as the provider knows it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from gateways.simulator.behaviour import Behaviour, Fate

INITIATED = "Initiated"
COMPLETED = "Completed"
DECLINED = "Declined"


@dataclass(kw_only=True)
class Payment:
    """An accepted payout request. `amount` is shillings; `finished_at` None until its end.

    `msisdn` is a business's shortcode on B2B, where `receiver_type` is 4 (paybill) or 2 (till).
    """

    originator_conversation_id: str
    conversation_id: str
    shortcode: str
    msisdn: str
    amount: int
    accepted_at: datetime
    behaviour: Behaviour
    draw_key: tuple[object, ...] = ()
    remarks: str = ""
    occassion: str = ""
    result_url: str = ""
    timeout_url: str = ""
    request: dict[str, Any] = field(default_factory=dict)
    attempt: int = 1
    status: str = INITIATED
    result_code: str = ""
    initiator_code: str | None = None
    receipt: str = ""
    receiver_type: str = ""
    account: str = ""
    charge: int = 0
    top_ups_before: int = 0
    finished_at: datetime | None = None

    def finish(self, *, status: str, code: str, at: datetime) -> None:
        """The end of the payment, whatever it is."""
        self.status = status
        self.result_code = code
        self.finished_at = at

    @property
    def to_business(self) -> bool:
        """Whether it is B2B: paid from the working account, to a shortcode."""
        return bool(self.receiver_type)

    @property
    def visible(self) -> bool:
        """Whether a status query finds it at all."""
        if self.behaviour.fate is Fate.FORGOTTEN:
            return False
        return self.finished_at is not None or not self.behaviour.hidden


class Payments:
    """Payments by the caller's reference and by receipt."""

    def __init__(self) -> None:
        self._by_reference: dict[str, list[Payment]] = {}
        self._by_receipt: dict[str, Payment] = {}

    def add(self, payment: Payment) -> None:
        """Remember an accepted payment."""
        self._by_reference.setdefault(payment.originator_conversation_id, []).append(payment)
        if payment.receipt:
            self._by_receipt[payment.receipt] = payment

    def note_receipt(self, payment: Payment) -> None:
        """Make the payment findable by its receipt."""
        self._by_receipt[payment.receipt] = payment

    def knows(self, reference: str) -> bool:
        """Whether this OriginatorConversationID was accepted before."""
        return reference in self._by_reference

    def find(self, *, reference: str = "", receipt: str = "") -> Payment | None:
        """By reference (a completed one before others) or by receipt."""
        if not reference:
            return self._by_receipt.get(receipt)
        payments = self._by_reference.get(reference, [])
        completed = [payment for payment in payments if payment.status == COMPLETED]
        found = completed or payments
        return found[-1] if found else None
