"""Words and examples of the OpenAPI document."""

from typing import Any

ID = "507f1f77-bcf8-4cd7-9943-9011507f1f77"
OTHER = "507f1f77-bcf8-4cd7-9943-9012507f1f77"
FINDING_ID = "9d0c3d5e-52a0-4c3c-8a44-2f4f6f0f8a10"
BULK_ID = "5b1d1c60-0f7c-4c86-9b1c-5a3c7f5d2e10"
RUN_ID = "1c7a7b55-9f3e-4d1e-9a66-7a2f3f6f0b21"
PARTNER_ID = "0b9c5f6e-3d0b-4a64-9d5e-6f1f0a9c2b11"
PARTNER = "Umoja Example Ltd"
AT = "2026-11-21T10:30:00.000Z"
SESSION = (
    "`sessionId` is our id of a payment in, a payment prompt, a disbursement, a payout transfer "
    "or a loan; a reference, a receipt or a loan's number will do where it is the only one. All "
    "sides are read and compared while the caller waits. Where they are silent or differ, the "
    "provider is asked anew, and the result comes with the next check. No money is sent by it."
)
QUEUE = "A worker makes the check as soon as it can. However often it is asked for, one waits."
BULK = (
    "At most 10,000 ids, or all that match the filters of a list: `of` is `findings` or `runs`. "
    "Ids that are not known, or not the caller's, are counted in `leftOut`. The checks are made "
    "by workers: `GET …/bulk/{id}` tells how far they are, `GET …/runs?bulk={id}` each result."
)
STATS = "Counts since the beginning, kept also when old checks are deleted. Milliseconds."
HISTORY = "By the hour (UTC) or by the day (Nairobi), at most 1,000 of them."
ALERTS = (
    "Of everything that raises alerts, newest first: one for each condition while it lasts, with "
    "a count. For members of staff of all partners."
)
DISMISS = (
    "Says why the difference is all right. It opens again when the difference changes. 409 when "
    "it is not open."
)
TRIGGER: dict[str, Any] = {"trigger": "manual_dashboard"}
QUEUE_TRIGGER: dict[str, Any] = {"trigger": "manual_queue"}
BULK_BODY: dict[str, Any] = {"sessionIds": [ID, OTHER], "trigger": "bulk_manual"}
SELECTION_BODY: dict[str, Any] = {
    "selection": {"of": "findings", "status": "open", "type": "status_mismatch"},
}
WHY_BODY: dict[str, Any] = {"reason": "the bank's letter of 3 May says the same"}
ASSIGN_BODY: dict[str, Any] = {"assignedTo": "asha", "reason": "she looks after the float"}
STATS_ANSWER: dict[str, Any] = {
    "success": True,
    "stats": {
        "totalProcessed": 150, "successfulReconciliations": 145, "failedReconciliations": 2,
        "discrepanciesDetected": 3, "averageProcessingTime": 12, "activeReconciliations": 0,
        "queueLength": 0, "connectedClients": 2, "lastProcessedAt": AT, "pending": 4,
        "retrying": 0, "p50ProcessingTime": 9, "p95ProcessingTime": 31, "p99ProcessingTime": 80,
        "throughputPerMinute": 6.4, "oldestQueuedSeconds": 0, "uptimeSeconds": 86400,
    },
}  # fmt: skip
QUEUED_ROW: dict[str, Any] = {
    "sessionId": ID, "kind": "payment", "partner": PARTNER_ID, "partnerName": PARTNER,
    "trigger": "callback", "actor": "system",
    "requestedAt": AT, "dueAt": AT, "tries": 0, "error": None,
}  # fmt: skip
ACTIVE: dict[str, Any] = {
    "success": True, "activeReconciliations": 0, "queueLength": 1, "connectedClients": 3,
    "notDueYet": 0, "retrying": 0, "oldestDueAt": AT, "active": [], "waiting": [QUEUED_ROW],
}  # fmt: skip
SPAN: dict[str, Any] = {
    "since": AT, "totalProcessed": 40, "matched": 36, "pending": 3, "discrepancy": 1, "error": 0,
    "averageProcessingTime": 12, "p50ProcessingTime": 10, "p95ProcessingTime": 50,
    "p99ProcessingTime": 100,
}  # fmt: skip
HISTORY_ANSWER: dict[str, Any] = {
    "success": True,
    "by": "hour",
    "history": [SPAN],
    "trend": [{"result": "all", "now": 40, "before": 32, "changePercent": 25}],
}
RESULT: dict[str, Any] = {
    "id": RUN_ID,
    "sessionId": ID,
    "kind": "payment",
    "status": "matched",
    "partner": PARTNER_ID,
    "partnerName": PARTNER,
    "sessionDetails": {
        "client": "Amina Example", "psychologist": "Baraka Example", "amount": 2500,
        "transactionId": "QHX12345", "kind": "payment", "reference": "HOUSE-7",
        "currency": "KES", "partner": PARTNER, "status": "allocated",
    },
    "reconciliationMetadata": {
        "trigger": "manual_dashboard", "processingTime": 12, "timestamp": AT, "waited": 0,
        "actor": "amina.example", "asked": False,
    },
    "issues": [],
}  # fmt: skip
ONE: dict[str, Any] = {"success": True, "result": RESULT}
_NOTHING = f"nothing has '507f1f77': an id is such as {PARTNER_ID}, or a receipt such as QHX12345."
NOT_FOUND: dict[str, Any] = {
    "success": False, "error": f"sessionId: {_NOTHING}", "code": "session_not_found",
    "fields": {"sessionId": [_NOTHING]},
}  # fmt: skip
RUNS: dict[str, Any] = {"success": True, "runs": [RESULT], "nextCursor": None}
QUEUED: dict[str, Any] = {
    "success": True, "message": "Queued to be checked", "sessionId": ID, "kind": "payment",
    "queueLength": 1,
}  # fmt: skip
BULK_ANSWER: dict[str, Any] = {
    "success": True,
    "message": "1 queued to be checked; 1 left out",
    "bulk": {
        "id": BULK_ID, "trigger": "bulk_manual", "actor": "amina.example", "total": 1,
        "processed": 0, "results": {}, "leftOut": [{"reason": "not found", "count": 1}],
        "requestedAt": AT, "endedAt": None,
    },
}  # fmt: skip
FINDING: dict[str, Any] = {
    "id": FINDING_ID, "sessionId": ID, "kind": "payment", "type": "amount_mismatch", "about": "",
    "severity": "high", "status": "open",
    "message": "M-Pesa's callback 4711 says KES 2,000.00, our row KES 2,500.00",
    "reference": "QHX12345", "here": {"amount": "KES 2,500.00"},
    "there": {"amount": "KES 2,000.00"}, "thereName": "M-Pesa's callback 4711",
    "stakeMinor": 50000, "currency": "KES", "partner": PARTNER_ID, "partnerName": PARTNER,
    "openedAt": AT, "seenAt": AT, "statusAt": AT, "times": 2,
}  # fmt: skip
FINDINGS: dict[str, Any] = {"success": True, "findings": [FINDING], "nextCursor": None}
ONE_FINDING: dict[str, Any] = {
    "success": True,
    "finding": {
        **FINDING,
        "statusMeaning": "The sides differ, and nobody has said that it is all right.",
        "explanation": {
            "what": "Another amount was paid, or came back, than we have on record.",
            "whatToDo": "Compare with the provider's statement.",
        },
        "timeline": [
            {"at": AT, "status": "open", "text": "a check found a difference", "actor": "system"},
        ],
        "runs": [
            {
                **RESULT,
                "status": "discrepancy",
                "issues": [
                    {
                        "type": "amount_mismatch", "message": FINDING["message"],
                        "severity": "high",
                    },
                ],
            },
        ],
    },
}  # fmt: skip
ALERT: dict[str, Any] = {
    "id": 4711, "kind": "reconciliation_amount_mismatch",
    "key": PARTNER_ID, "severity": "high",
    "text": f"Amounts differ: 3 open of {PARTNER}.", "count": 3, "state": "open",
    "acknowledgedBy": "", "acknowledgedAt": None, "assignedTo": "", "firstAt": AT, "lastAt": AT,
    "closedAt": None, "closedBy": "",
}  # fmt: skip
ALERTS_ANSWER: dict[str, Any] = {"success": True, "alerts": [ALERT], "nextCursor": None}
ONE_ALERT: dict[str, Any] = {
    "success": True,
    "alert": {
        **ALERT, "state": "acknowledged", "acknowledgedBy": "asha", "acknowledgedAt": AT,
    },
}  # fmt: skip
