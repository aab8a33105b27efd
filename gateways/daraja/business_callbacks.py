"""Results and time-outs of B2B payouts to typed events (daraja.md 3.5, 4)."""

from gateways.daraja.parameters import (
    charge_of,
    id_of,
    minor_of,
    moment_of,
    read_result,
    receipt_of,
)
from gateways.interface import PayoutResult, PayoutTimedOut, Rail, Unreadable

SUCCESS = "0"
RECEIVER_CHARACTERS_MAX = 200


def read_business_payout(body: object) -> PayoutResult:
    """A final result. Its ids are the provider's own; the path's secret finds the attempt too."""
    result = read_result(body)
    if not result.originator_id:
        raise Unreadable("Result has no OriginatorConversationID")
    paid = result.code == SUCCESS
    parameters = result.parameters
    receiver = parameters.one("ReceiverPartyPublicName")
    return PayoutResult(
        rail=Rail.MPESA_B2B,
        reference=result.originator_id,
        conversation_id=result.conversation_id,
        code=result.code,
        text=result.text,
        receipt=receipt_of(result.transaction_id) if paid else "",
        amount_minor=minor_of(parameters.one("Amount"), name="Amount"),
        receiver=receiver[:RECEIVER_CHARACTERS_MAX] if isinstance(receiver, str) else "",
        completed_at=moment_of(parameters.one("TransCompletedTime")) if paid else None,
        charge_minor=charge_of(parameters) if paid else None,
    )


def read_business_timeout(body: object) -> PayoutTimedOut:
    """The request echoed (it names no id), or a Result around the ids; no verdict (3.5)."""
    if not isinstance(body, dict):
        raise Unreadable("the body is not an object")
    nested = body.get("Result")
    fields = nested if isinstance(nested, dict) else body
    return PayoutTimedOut(rail=Rail.MPESA_B2B, reference=id_of(fields, "OriginatorConversationID"))
