"""Callbacks that nobody asked the provider for, in the provider's own shape."""

import json


def forged_result(
    *, reference: str, code: str, receipt: str = "", shillings: int = 0, msisdn: str = ""
) -> bytes:
    """A payout result as the provider would write it (daraja.md 3.4)."""
    result: dict[str, object] = {
        "ResultType": 0,
        "ResultCode": int(code),
        "ResultDesc": "The service request is processed successfully." if code == "0" else "No.",
        "OriginatorConversationID": reference,
        "ConversationID": "AG_20261121_00000000000000000000",
        "TransactionID": receipt or "SKL0000000",
    }
    if code == "0":
        parameters = {
            "TransactionAmount": shillings,
            "TransactionReceipt": receipt,
            "ReceiverPartyPublicName": f"{msisdn} - Amina Example",
        }
        result["ResultParameters"] = {
            "ResultParameter": [{"Key": key, "Value": value} for key, value in parameters.items()]
        }
    return json.dumps({"Result": result}).encode()
