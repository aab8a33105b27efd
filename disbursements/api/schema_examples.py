"""Words and examples of the OpenAPI document."""

from typing import Any

DISBURSE = (
    "One payout is made per `clientReference`. Sending the same body again answers the same "
    "(with the header `Idempotent-Replayed: true`), so after a time-out or a 5xx simply send it "
    "again. The same reference with another body is refused with 409. The answer shows the "
    "payout as it was taken in; how it goes on is told by `GET /api/disburse/{id}`."
)
INSTRUCTION: dict[str, Any] = {
    "clientReference": "SAL-2026-11-0001",
    "msisdn": "0700000001",
    "amount": 1250,
    "remarks": "November salary",
    "payeeName": "Amina Example",
}
INSTRUCTED: dict[str, Any] = {
    "success": True,
    "message": "The payout was taken in and will be made once.",
    "disbursement": {
        "id": "0b9c5f6e-3d0b-4a64-9d5e-6f1f0a9c2b11",
        "clientReference": "SAL-2026-11-0001",
        "status": "queued",
        "statusMeaning": "May be sent as soon as its time has come and nothing pauses it.",
        "statusAt": "2026-11-21T14:32:00.000000+03:00",
        "msisdn": "254700000001",
        "payeeName": "Amina Example",
        "amount": 1250,
        "currency": "KES",
        "commandId": "BusinessPayment",
        "remarks": "November salary",
        "shortcode": "600111",
        "createdAt": "2026-11-21T14:32:00.000000+03:00",
        "retryCount": 0,
        "maxRetries": 3,
        "retryReason": "",
        "nextRetryAt": None,
        "receipt": None,
        "completedAt": None,
        "failure": None,
    },
}
BAD_AMOUNT: dict[str, Any] = {
    "success": False,
    "error": "amount: M-Pesa pays 10 to 250000 shillings at a time, such as 1250.",
    "code": "bad_fields",
    "fields": {"amount": ["M-Pesa pays 10 to 250000 shillings at a time, such as 1250."]},
}
