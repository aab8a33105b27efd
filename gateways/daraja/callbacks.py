"""Every documented callback shape to a typed event (daraja.md 3.4, 3.5, 5.1, 5.2).

Strict where money hangs on it (codes, ids, amounts, states), lenient where it only decorates
(times, names, remaining float): a result is not lost over a date.
"""

from collections.abc import Callable
from types import MappingProxyType
from typing import Any

from gateways.daraja.business_callbacks import read_business_payout, read_business_timeout
from gateways.daraja.parameters import (
    Result,
    charge_of,
    id_of,
    minor_of,
    moment_of,
    read_result,
    receipt_of,
)
from gateways.interface import (
    BalanceAnswer,
    Event,
    PaymentState,
    PayoutResult,
    PayoutTimedOut,
    StatusAnswer,
    StatusTimedOut,
    Unreadable,
    WalletBalance,
)

SUCCESS = "0"
NO_SUCH_TRANSACTION = "2033"
TIMED_OUT = "timeout"
WALLETS_MAX = 50
WALLET_FIELDS = 6
RECEIVER_CHARACTERS_MAX = 200
_STATES = {
    "completed": PaymentState.COMPLETED,
    "cancelled": PaymentState.NOT_PAID,
    "declined": PaymentState.NOT_PAID,
    "expired": PaymentState.NOT_PAID,
    "failed": PaymentState.NOT_PAID,
}


def read_payout(body: object) -> PayoutResult:
    """A final result; without a usable receipt a success has an empty one (daraja.md 3.4)."""
    result = read_result(body)
    if not result.originator_id:
        raise Unreadable("Result has no OriginatorConversationID")
    parameters = result.parameters
    paid = result.code == SUCCESS
    receiver = parameters.one("ReceiverPartyPublicName")
    return PayoutResult(
        reference=result.originator_id,
        conversation_id=result.conversation_id,
        code=result.code,
        text=result.text,
        receipt=_receipt(result) if paid else "",
        amount_minor=minor_of(parameters.one("TransactionAmount"), name="TransactionAmount"),
        receiver=receiver[:RECEIVER_CHARACTERS_MAX] if isinstance(receiver, str) else "",
        completed_at=moment_of(parameters.one("TransactionCompletedDateTime")),
        utility_available_minor=_available(result),
    )


def read_payout_timeout(body: object) -> PayoutTimedOut:
    """The request echoed, or a Result around the id; whatever it says, no verdict (3.5)."""
    return PayoutTimedOut(reference=_ids(body)[0])


def read_status(body: object) -> StatusAnswer:
    """The envelope is the query's; the payment is in the parameters (daraja.md 5.1)."""
    result = read_result(body)
    parameters = result.parameters
    provider_status = parameters.text("TransactionStatus").strip()
    state = _state(result, provider_status)
    completed = state is PaymentState.COMPLETED
    return StatusAnswer(
        query_conversation_id=result.conversation_id,
        query_originator_id=result.originator_id,
        state=state,
        code=result.code,
        text=result.text,
        provider_status=provider_status,
        reference=parameters.text("OriginatorConversationID"),
        receipt=receipt_of(parameters.one("ReceiptNo")) if completed else "",
        amount_minor=minor_of(parameters.one("Amount"), name="Amount"),
        completed_at=moment_of(parameters.one("FinalisedTime")) if completed else None,
        charge_minor=charge_of(parameters) if completed else None,
    )


def read_status_timeout(body: object) -> StatusTimedOut:
    """The query waited too long; its body is not needed (daraja.md 3.5)."""
    _ids(body)
    return StatusTimedOut()


def read_balance(body: object) -> BalanceAnswer:
    """Accounts joined by `&`, each `name|currency|current|available|reserved|uncleared` (5.2)."""
    result = read_result(body)
    wallets: tuple[WalletBalance, ...] = ()
    if result.code == SUCCESS:
        listed = result.parameters.one("AccountBalance")
        if not isinstance(listed, str):
            raise Unreadable("AccountBalance is missing or not a text")
        entries = listed.split("&", WALLETS_MAX)
        wallets = tuple(_wallet(entry) for entry in entries if entry.strip())
    return BalanceAnswer(
        query_conversation_id=result.conversation_id,
        query_originator_id=result.originator_id,
        code=result.code,
        text=result.text,
        wallets=wallets,
    )


def read_balance_timeout(body: object) -> BalanceAnswer:
    """The balance query waited too long: an answer with code `timeout` and no wallets."""
    originator_id, conversation_id = _ids(body)
    return BalanceAnswer(
        query_conversation_id=conversation_id,
        query_originator_id=originator_id,
        code=TIMED_OUT,
        text="The balance query timed out in M-Pesa's queue",
    )


READERS: MappingProxyType[str, Callable[[object], Event]] = MappingProxyType(
    {
        "payout": read_payout,
        "payout-timeout": read_payout_timeout,
        "business": read_business_payout,
        "business-timeout": read_business_timeout,
        "status": read_status,
        "status-timeout": read_status_timeout,
        "balance": read_balance,
        "balance-timeout": read_balance_timeout,
    }
)


def _receipt(result: Result) -> str:
    found = {
        receipt
        for value in (result.transaction_id, result.parameters.one("TransactionReceipt"))
        if (receipt := receipt_of(value))
    }
    if len(found) > 1:
        raise Unreadable("TransactionReceipt and TransactionID are two different receipts")
    return found.pop() if found else ""


def _available(result: Result) -> int | None:
    key = "B2CUtilityAccountAvailableFunds"
    try:
        return minor_of(result.parameters.one(key), name=key)
    except Unreadable:
        return None


def _state(result: Result, provider_status: str) -> PaymentState:
    if result.code == NO_SUCH_TRANSACTION:
        return PaymentState.NOT_FOUND
    if result.code != SUCCESS:
        return PaymentState.REFUSED
    if not provider_status:
        raise Unreadable("the query worked but its answer has no TransactionStatus")
    return _STATES.get(provider_status.casefold(), PaymentState.IN_FLIGHT)


def _ids(body: object) -> tuple[str, str]:
    """The originator and conversation id of a time-out, at the top or inside Result."""
    if not isinstance(body, dict):
        raise Unreadable("the body is not an object")
    nested: Any = body.get("Result")
    fields = nested if isinstance(nested, dict) else body
    return id_of(fields, "OriginatorConversationID"), id_of(fields, "ConversationID")


def _wallet(entry: str) -> WalletBalance:
    parts = [part.strip() for part in entry.split("|")]
    if len(parts) != WALLET_FIELDS or not parts[0]:
        raise Unreadable(f"an account of AccountBalance has not {WALLET_FIELDS} fields")
    name, currency = parts[0][:100], parts[1]
    current, available, reserved, uncleared = (
        _wallet_minor(text, name=name, currency=currency) for text in parts[2:]
    )
    return WalletBalance(
        name=name,
        currency=currency,
        current_minor=current,
        available_minor=available,
        reserved_minor=reserved,
        uncleared_minor=uncleared,
    )


def _wallet_minor(text: str, *, name: str, currency: str) -> int:
    minor = minor_of(text, name=f"A balance of {name}", currency=currency)
    if minor is None:
        raise Unreadable(f"A balance of {name} is missing")
    return minor
