"""Words and examples of the OpenAPI document."""

from typing import Any

PAYMENT_ID = "3f2a9c1d-8a52-4a5e-9c53-0c1f6d2a7b44"
PROPERTY_ID = "0b9c5f6e-3d0b-4a64-9d5e-6f1f0a9c2b11"
INITIATE = (
    "Puts a request to pay on the phone (STK push) and answers when M-Pesa took it, not when it "
    "is paid: ask `GET /api/payments/{paymentId}` for that. A tenant prompts for the property "
    "that they rent. One prompt stands on a phone at a time: another is refused with 409, "
    "`Retry-After` and `againAt`, so that the same call sent twice never asks for money twice. "
    "202 and status pending with no checkoutRequestId: whether M-Pesa took it cannot be told yet."
)
INITIATE_BODY: dict[str, Any] = {
    "propertyId": PROPERTY_ID,
    "amount": 10000,
    "phoneNumber": "254700000001",
}
INITIATED: dict[str, Any] = {
    "success": True,
    "message": "STK Push sent successfully",
    "checkoutRequestId": "ws_CO_211120261432000700000001",
    "merchantRequestId": "12345-67890-1",
    "paymentId": PAYMENT_ID,
    "status": "pending",
}
PROMPT_STANDS: dict[str, Any] = {
    "success": False,
    "error": "a prompt stands on this phone already: try again after 14:34:00 Nairobi time.",
    "code": "prompt_open",
    "fields": {
        "phoneNumber": [
            "a prompt stands on this phone already: try again after 14:34:00 Nairobi time."
        ]
    },
    "againAt": "2026-11-21T14:34:00+03:00",
}
DISBURSE = (
    "Hands what is owed of a payment to the payouts, whatever the owner's schedule and minimum; "
    "where its transfer failed, that transfer is tried again. For the owner of the property, a "
    "partner's key and staff. What is on its way or has arrived is refused with 409, so nothing "
    "is forwarded twice. The conversation id is M-Pesa's and known once the payout was sent: "
    "`GET /api/payments/disbursement-status/{paymentId}` has it then."
)
DISBURSED: dict[str, Any] = {
    "success": True,
    "message": "Disbursement initiated successfully",
    "disbursementConversationId": None,
    "disbursementStatus": "processing",
    "disbursementId": "5b1d1c60-0f7c-4c86-9b1c-5a3c7f5d2e10",
}
STATUS: dict[str, Any] = {
    "success": True,
    "disbursement": {
        "paymentId": PAYMENT_ID,
        "paymentStatus": "success",
        "amount": 10000,
        "disbursementAmount": 9500,
        "platformFee": 500,
        "currency": "KES",
        "status": "completed",
        "transactionId": "UKL0000001",
        "conversationId": "AG_20261121_00001234567890",
        "date": "2026-11-21T14:35:00.000000+03:00",
        "failureReason": None,
        "forwardDueAt": None,
        "disbursementId": "5b1d1c60-0f7c-4c86-9b1c-5a3c7f5d2e10",
        "paidTo": "paybill",
        "ownerPaybill": "600222",
        "ownerAccountNumber": "PROP001",
        "ownerPhone": None,
    },
}
HISTORY = (
    "Payments of one owner, newest paid first. The summary is of all that matches, not only of "
    "this page: what arrived, the fees of what arrived, how many wait or are on their way, how "
    "many failed. An owner sees their own; staff and keys name the `owner`."
)
HISTORY_ANSWER: dict[str, Any] = {
    "success": True,
    "summary": {
        "totalDisbursed": 95000,
        "totalPlatformFees": 5000,
        "pendingDisbursements": 2,
        "failedDisbursements": 0,
    },
    "disbursements": [
        {
            "paymentId": PAYMENT_ID,
            "amount": 10000,
            "disbursementAmount": 9500,
            "platformFee": 500,
            "currency": "KES",
            "disbursementStatus": "completed",
            "disbursementTransactionId": "UKL0000001",
            "disbursementDate": "2026-11-21T14:35:00.000000+03:00",
            "disbursementFailureReason": None,
            "paidAt": "2026-11-21T14:32:00.000000+03:00",
            "propertyId": PROPERTY_ID,
            "propertyName": "Sunset Example Apartments",
            "tenantName": "Amina Example",
        }
    ],
    "nextCursor": None,
}
RETRY = (
    "Administrators only. Tries every transfer again whose payout is proven not paid, to where "
    "the owner is paid now; counted in payments. The same call again does nothing more to what "
    "is on its way. `errors` names what could not be tried again, and why."
)
RETRIED: dict[str, Any] = {
    "success": True,
    "message": "Retried 3 failed disbursements",
    "results": {
        "total": 3,
        "successful": 2,
        "failed": 1,
        "errors": [{"paymentId": PAYMENT_ID, "error": "Insufficient balance"}],
    },
}
LIST = (
    "Payments received, and prompts that no money has come for: `pending` while the payer may "
    "still pay, `failed` when it ended without. A tenant sees their own, an owner those of their "
    "properties, a key its partner's, staff those of the partners that are theirs."
)
CASH = (
    "For a partner's key and staff. It is split like any rent and never forwarded "
    "(`not_required`): the owner has it. Each number of a paper receipt counts once."
)
CASH_BODY: dict[str, Any] = {
    "propertyId": PROPERTY_ID,
    "amount": 12500,
    "receiptNumber": "0012",
    "reason": "the tenant paid at the office",
}
