"""Examples of a partner's Mifos X and its loan products for the OpenAPI document."""

from typing import Any

from loans.api.examples import PARTNER

FINDING: dict[str, Any] = {
    "what": "permission DISBURSE_LOAN", "ok": False, "stops": True,
    "text": "vault may not book what was paid.",
    "whatToDo": "In Mifos X, give DISBURSE_LOAN to a role of vault.",
}  # fmt: skip
CONNECTION: dict[str, Any] = {
    "id": "0f4c1a56-73a2-4a39-8f5f-6f1a7c1f0b21", "partner": PARTNER,
    "host": "https://mifos.example.org:8443", "tenant": "default", "username": "vault",
    "version": "1.12.0", "timeZone": "Africa/Nairobi", "paymentType": "M-Pesa",
    "shortcode": "600111", "requestsPerMinute": 120, "isMifosConfigured": False,
    "mifosAutoDisbursementEnabled": False, "confirmedBy": "baraka",
    "missing": ["Test connection has not found everything in order yet"], "trouble": "",
    "notBefore": None, "lastSyncAt": None, "nextSyncAt": "2026-11-21T14:30:00+03:00",
    "checkedAt": "2026-11-21T14:29:00+03:00", "findings": [FINDING],
}  # fmt: skip
ANSWERED: dict[str, Any] = {"success": True, "connection": CONNECTION}
CHECKED: dict[str, Any] = {
    **ANSWERED, "inOrder": False,
    "whatFollows": "Nothing is fetched, paid or booked there until a test finds nothing missing.",
}  # fmt: skip
PRODUCT: dict[str, Any] = {
    "partner": PARTNER, "productId": 1, "productName": "Business loan", "currency": "KES",
    "enabled": True, "autoApprove": True, "minAmount": 1000, "maxAmount": 50000,
    "dailyCountMax": 20, "dailyAmountMax": None,
}  # fmt: skip
PRODUCT_BODY: dict[str, Any] = {
    "productName": "Business loan", "enabled": True, "autoApprove": True, "minAmount": 1000,
    "maxAmount": 50000, "dailyCountMax": 20, "reason": "agreed with the partner on 3 March",
}  # fmt: skip
TOO_MUCH = "write 10 to 250,000 shillings, which is what M-Pesa pays at a time, such as 5,000."
BAD_AMOUNT: dict[str, Any] = {
    "success": False, "error": f"maxAmount: {TOO_MUCH}", "code": "bad_fields",
    "fields": {"maxAmount": [TOO_MUCH]},
}  # fmt: skip
