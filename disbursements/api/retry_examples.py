"""Words, parameters and examples of the retry desk in the OpenAPI document."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter

from disbursements.api.paging import LIMIT_DEFAULT, LIMIT_MAX
from disbursements.api.retry_query import FILTERS as NAMES
from disbursements.rules.filter_words import FILTER_WORDS

FILTERS = [OpenApiParameter(name, str, description=FILTER_WORDS.get(name, "")) for name in NAMES]
PAGING = [
    OpenApiParameter("limit", int, description=f"1 to {LIMIT_MAX}, {LIMIT_DEFAULT} when left out"),
    OpenApiParameter("cursor", str, description="nextCursor of the page before"),
]
PARAMETERS = [*PAGING, *FILTERS]

LIST = (
    "A partner's key sees its own payouts; a member of staff sees those of the partners that are "
    "theirs, phones masked without the permission `disbursements.see_phones`. `summary` is of "
    "everything that matches, not just of the page; it is null where a cursor was given."
)
RETRY = (
    "Name one payout with `disbursementId`, or send `all: true` with the filters of the list "
    "beside it (the class of reasons is called `reasonClass` here, since `reason` says why you "
    "do it). Only what is proven not paid is sent again: waiting retries at once, parked payouts "
    "unless a pause covers them, failed ones that have retries left. `force` takes failed ones "
    "past their limit; it is for members of staff. An unknown or completed payout is never "
    "retried. What cannot be done is skipped and told why; the same again does nothing more. "
    "More than 500 payouts go on in the background: 202, and `GET /api/disburse/bulk-runs/{id}`."
)
VERB = (
    "The same again does nothing more: `queued` is 0 then, and `skipped` says in words how the "
    "payout stands. Who did it and why is kept for ever."
)
EXPORT = (
    "Newest first, phones masked without the permission, formulas disarmed in CSV. Every export "
    "is on record with its filters."
)
_ID = "0b9c5f6e-3d0b-4a64-9d5e-6f1f0a9c2b11"
_RUN = "3f2a9c1d-7b54-4c8e-9a10-5d6e7f8091a2"
REASON: dict[str, Any] = {"reason": "Float was topped up at 14:30"}
FORWARD: dict[str, Any] = {**REASON, "at": "2026-11-21T14:40:00+03:00"}
LIMIT: dict[str, Any] = {**REASON, "maxRetries": 5}
RETRY_ONE: dict[str, Any] = {"disbursementId": _ID, **REASON}
RETRY_ALL: dict[str, Any] = {"all": True, "code": "17", "from": "2026-11-21", **REASON}
RETRIED: dict[str, Any] = {
    "success": True,
    "message": "1 done.",
    "bulkRun": _RUN,
    "queued": 1,
    "waiting": 0,
    "skipped": [],
    "totals": {"KES": 1250},
    "dryRun": False,
}
IN_THE_BACKGROUND: dict[str, Any] = {
    **RETRIED,
    "message": "0 queued to be sent again; 12,000 wait for a worker.",
    "queued": 0,
    "waiting": 12_000,
    "totals": {"KES": 15_000_000},
}
LISTED: dict[str, Any] = {
    "success": True,
    "summary": {
        "at": "2026-11-21T14:32:00+03:00",
        "total": 1,
        "successful": 0,
        "failed": 0,
        "withRetries": 0,
        "today": 1,
        "waitingToRetry": {"count": 1, "nextRetryAt": "2026-11-21T14:37:00+03:00"},
        "unknown": {"count": 0, "oldestAt": None},
        "parked": {"count": 0, "byCause": {}},
        "money": [{"status": "retrying", "currency": "KES", "count": 1, "amount": 1250}],
    },
    "disbursements": [
        {
            "id": _ID,
            "clientReference": "SAL-2026-11-0001",
            "status": "retrying",
            "statusMeaning": "Proven not paid; it is tried again.",
            "statusAt": "2026-11-21T14:32:00+03:00",
            "msisdn": "254700000001",
            "payeeName": "Amina Example",
            "amount": 1250,
            "currency": "KES",
            "commandId": "BusinessPayment",
            "remarks": "November salary",
            "shortcode": "600111",
            "createdAt": "2026-11-21T14:30:00+03:00",
            "retryCount": 0,
            "maxRetries": 3,
            "retryReason": "M-Pesa was busy",
            "nextRetryAt": "2026-11-21T14:37:00+03:00",
            "receipt": None,
            "completedAt": None,
            "failure": {"code": "17", "text": "System internal error"},
            "partner": {"id": "9c3c1f0e-0c5b-4a33-8c53-2a7e8a2f6b77", "name": "Umoja Example Ltd"},
            "attemptsMade": 1,
            "parkedCause": "",
            "personNeeded": None,
            "reason": "M-Pesa was busy",
            "explanation": {
                "whatHappened": "M-Pesa was busy",
                "whatHappenedSw": "M-Pesa ilikuwa na shughuli nyingi",
                "whoseSide": "On M-Pesa's side",
                "whatToDo": "Nothing: it is tried again by itself",
                "whatToDoSw": "Hakuna: itajaribiwa tena yenyewe",
            },
            "retryable": True,
            "whyNot": "",
            "retryLogs": [
                {
                    "id": "c5b7c9d2-9a3e-4e0c-8f53-0f4c6c6a9e21",
                    "retryAttempt": 1,
                    "retryReason": "first try",
                    "providerReference": "pv-7c1d2e3f4a5b",
                    "conversationId": "AG_20261121_00004e2f",
                    "mpesaResponseCode": "17",
                    "mpesaResponseDescription": "System internal error",
                    "errorDetails": {},
                    "durationMs": 412,
                    "outcome": "not_paid",
                    "proof": "confirmed_failure",
                    "retryTimestamp": "2026-11-21T14:30:02+03:00",
                    "createdAt": "2026-11-21T14:30:02+03:00",
                }
            ],
        }
    ],
    "nextCursor": None,
}
