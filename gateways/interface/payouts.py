"""Paying out, asking what became of it, and the balances: what we ask and what we are told."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from gateways.interface.shared import Acknowledgement, CallbackUrls, Rail


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


class ReceiverKind(StrEnum):
    """What a business is paid at (daraja.md 4)."""

    PAYBILL = "paybill"
    TILL = "till"


@dataclass(frozen=True, kw_only=True)
class BusinessOrder:
    """One attempt to pay a business. It carries no reference that the provider would know.

    The ids in the Acknowledgement are the only ones there are: where that is lost, an Unclear
    stays unclear until a result, a statement or a person tells (daraja.md A.4, 4).
    `account_reference` has 13 characters at the most and is empty for a till.
    """

    receiver_number: str
    receiver_kind: ReceiverKind
    account_reference: str
    amount_minor: int
    currency: str
    command_id: str
    remarks: str
    occasion: str
    urls: CallbackUrls


Order = PayoutOrder | BusinessOrder


@dataclass(frozen=True, kw_only=True)
class StatusQuestion:
    """Ask what became of the payout known as `reference`; without one, by its `receipt`.

    The reference is ours on B2C, on B2B the `originator_id` of the Acknowledgement.
    """

    reference: str
    remarks: str
    urls: CallbackUrls
    receipt: str = ""


@dataclass(frozen=True, kw_only=True)
class BalanceQuestion:
    """Ask for the balances of the shortcode's wallets."""

    remarks: str
    urls: CallbackUrls


class Disburser(Protocol):
    """Pays out over one rail. Each method: one call, one try.

    All raise Declined, Unreachable or Unclear (gateways/errors.py).
    """

    def send(self, order: Order) -> Acknowledgement:
        """Hand one payout to the provider; the outcome arrives as a PayoutResult.

        A reference is paid once (B2C); a BusinessOrder sent twice is paid twice.
        """
        ...

    def ask(self, question: StatusQuestion) -> Acknowledgement:
        """Ask about a payout; the answer arrives as a StatusAnswer."""
        ...

    def ask_balance(self, question: BalanceQuestion) -> Acknowledgement:
        """Ask for balances; the answer arrives as a BalanceAnswer."""
        ...


@dataclass(frozen=True, kw_only=True)
class PayoutResult:
    """A final result of a payout as the provider reports it, unsigned (daraja.md 3.4, 4).

    `reference` is ours on B2C; on B2B it is the provider's own, as in the Acknowledgement.
    `charge_minor`: what the payer was charged, where the provider names it.
    """

    reference: str
    conversation_id: str
    code: str
    text: str
    receipt: str = ""
    amount_minor: int | None = None
    receiver: str = ""
    completed_at: datetime | None = None
    utility_available_minor: int | None = None
    charge_minor: int | None = None
    rail: Rail = Rail.MPESA_B2C

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
    rail: Rail = Rail.MPESA_B2C


class PaymentState(StrEnum):
    """What a status query says of the payment (daraja.md 5.1)."""

    COMPLETED = "completed"
    NOT_PAID = "not_paid"
    IN_FLIGHT = "in_flight"
    NOT_FOUND = "not_found"
    REFUSED = "refused"


@dataclass(frozen=True, kw_only=True)
class StatusAnswer:
    """The answer to a StatusQuestion. The envelope's ids are the query's own.

    `charge_minor` is what the provider charged us for the payment, where it says so.
    """

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
    charge_minor: int | None = None


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
