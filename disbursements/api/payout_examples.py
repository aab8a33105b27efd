"""Words and examples of payout jobs in the OpenAPI document."""

from typing import Any

SCHEDULE = (
    "One job is made per `settlementId`, and each user is paid once per `contestId`. Sending the "
    "same again answers the same (with the header `Idempotent-Replayed: true`), so after a "
    "time-out or a 5xx simply send it again; `settlementId` is the key, no header is needed. The "
    "order of the winners does not matter. The same settlement with another content, or a user "
    "who is in another settlement of the contest, is refused with 409. Nothing is taken in unless "
    "all of it is right; the first hundred wrong fields are named, such as `winners[2].amount`, "
    "with the line. The answer shows the job as it was taken in; how it goes on is told by "
    "`GET /api/payouts/jobs/{id}`."
)
FIGURES = (
    "`transfers` counts each state: `pending` was not tried yet or waits for an account, "
    "`processing` is under way or being looked up, `retryable` is proven not paid and tried "
    "again, `completed` is paid, `failed_terminal` is not tried again by itself. `skipped` tells "
    "why transfers wait for an account. A job is complete when every transfer is `completed` or "
    "`failed_terminal`."
)
RETRY = (
    "Only what is proven not paid is tried again: waiting transfers at once, parked ones unless "
    "a pause covers them, failed ones that have attempts left; `force` takes failed ones past "
    "their limit and is for members of staff. What cannot be done is skipped and told why; the "
    "same again does nothing more. More than 500 go on in the background: 202, and "
    "`GET /api/disburse/bulk-runs/{id}`."
)
CANCEL = (
    "Only what was never sent is cancelled, and it is not paid any more. What cannot be cancelled "
    "is skipped and told why; the same again does nothing more."
)
PROPOSE = (
    "Members of staff only. Nothing is taken back before another person approves it. Parts may be "
    "taken back one after another, up to what was paid; one at a time for each transfer."
)
_JOB = "3f2a9c1d-7b54-4c8e-9a10-5d6e7f8091a2"
_ID = "0b9c5f6e-3d0b-4a64-9d5e-6f1f0a9c2b11"
_RUN = "c5b7c9d2-9a3e-4e0c-8f53-0f4c6c6a9e21"
_AT = "2026-11-21T14:32:00.000000+03:00"
_NONE: dict[str, Any] = {"count": 0, "amount": "0.00"}
REASON: dict[str, Any] = {"reason": "the balance was topped up at 14:30"}
SOME: dict[str, Any] = {**REASON, "transferIds": [_ID, "9c3c1f0e-0c5b-4a33-8c53-2a7e8a2f6b77"]}
BACK: dict[str, Any] = {"reason": "paid to the wrong user, who agreed to it"}
PART_BACK: dict[str, Any] = {**BACK, "amount": "12.50"}
SETTLEMENT: dict[str, Any] = {
    "settlementId": "SET-2026-11-0001",
    "contestId": "cup-2026-11",
    "currency": "USD",
    "pool": "100.00",
    "winners": [
        {"userId": "user-1", "amount": "60.00"},
        {"userId": "user-2", "amount": "37.50"},
    ],
}
JOB: dict[str, Any] = {
    "success": True,
    "job": {
        "id": _JOB,
        "partner": {"id": "9c3c1f0e-0c5b-4a33-8c53-2a7e8a2f6b77", "name": "Umoja Example Ltd"},
        "settlementId": "SET-2026-11-0001",
        "contestId": "cup-2026-11",
        "status": "processing",
        "statusMeaning": "At least one winner was tried, and at least one is open.",
        "statusAt": _AT,
        "currency": "USD",
        "pool": "100.00",
        "total": "97.50",
        "winnersCount": 2,
        "maxAttempts": 4,
        "shortcode": "STRIPE",
        "transfers": {
            "pending": {"count": 1, "amount": "37.50"},
            "processing": _NONE,
            "retryable": _NONE,
            "completed": {"count": 1, "amount": "60.00"},
            "failed_terminal": _NONE,
        },
        "skipped": [
            {
                "reason": "no_account", "meaning": "this user has no connected account yet",
                "count": 1,
            }
        ],
        "returnedAmount": "0.00",
        "createdAt": _AT,
        "completedAt": None,
    },
}  # fmt: skip
JOBS: dict[str, Any] = {"success": True, "jobs": [JOB["job"]], "nextCursor": None}
SCHEDULED: dict[str, Any] = {
    "success": True,
    "message": "The settlement was taken in; 2 winners are paid once each.",
    "job": {
        **JOB["job"],
        "status": "pending",
        "statusMeaning": "No winner was tried yet.",
        "transfers": {
            "pending": {"count": 2, "amount": "97.50"},
            "processing": _NONE,
            "retryable": _NONE,
            "completed": _NONE,
            "failed_terminal": _NONE,
        },
        "skipped": [],
    },
}
_BAD = "line 2: '-5' is less than 0: write more than 0, such as 1250."
BAD_AMOUNT: dict[str, Any] = {
    "success": False,
    "error": f"winners[1].amount: {_BAD}",
    "code": "bad_fields",
    "fields": {"winners[1].amount": [_BAD]},
}
_PAID: dict[str, Any] = {
    "id": _ID,
    "jobId": _JOB,
    "contestId": "cup-2026-11",
    "line": 1,
    "userId": "user-1",
    "amount": "60.00",
    "currency": "USD",
    "status": "completed",
    "payoutStatus": "completed",
    "payoutStatusMeaning": "Paid; the provider's receipt is on record.",
    "statusAt": _AT,
    "attemptCount": 1,
    "maxAttempts": 4,
    "nextAttemptAt": None,
    "stripeTransferId": "tr_1Example",
    "destination": "acct_1Example",
    "reasonCode": None,
    "why": "Paid on 21 Nov 2026 at 14:32.",
    "returnedAmount": "0.00",
    "createdAt": _AT,
    "completedAt": _AT,
}
TRANSFERS: dict[str, Any] = {
    "success": True,
    "transfers": [
        _PAID,
        {
            **_PAID,
            "id": "7d1e2f3a-4b5c-4d6e-8f70-8192a3b4c5d6",
            "line": 2,
            "userId": "user-2",
            "amount": "37.50",
            "status": "pending",
            "payoutStatus": "held",
            "payoutStatusMeaning": "Waits for approval, a check, a date, or an account that may "
            "receive.",
            "attemptCount": 0,
            "stripeTransferId": None,
            "destination": None,
            "reasonCode": "no_account",
            "why": "Not paid yet: this user has no connected account yet.",
            "completedAt": None,
        },
    ],
    "nextCursor": None,
}
TRANSFER: dict[str, Any] = {
    "success": True,
    "transfer": {
        **_PAID,
        "attempts": [
            {
                "attempt": 1,
                "reason": "first try",
                "providerReference": "0b9c5f6e3d0b4a649d5e6f1f0a9c2b11:1",
                "conversationId": "req_1Example",
                "responseCode": "",
                "responseDescription": "",
                "outcome": "paid",
                "proof": "",
                "timestamp": _AT,
                "keyGeneration": 1,
                "idempotencyKey": f"payout:{_ID}",
                "destination": "acct_1Example",
            }
        ],
        "ledger": [
            {"reference": f"ledger:payout:{_ID}:1", "kind": "hold", "at": _AT},
            {"reference": f"ledger:payout:{_ID}:1:commit", "kind": "commit", "at": _AT},
        ],
    },
}
RETRIED: dict[str, Any] = {
    "success": True,
    "message": "1 queued to be sent again; 1 skipped: it is paid.",
    "bulkRun": _RUN,
    "queued": 1,
    "waiting": 0,
    "skipped": [{"reason": "it is paid", "count": 1}],
    "totals": {"USD": 37.5},
    "dryRun": False,
}
CANCELLED: dict[str, Any] = {**RETRIED, "message": "1 cancelled; 1 skipped: it is paid."}
REVERSAL: dict[str, Any] = {
    "success": True,
    "reversal": {
        "id": "1a2b3c4d-5e6f-4708-9192-a3b4c5d6e7f8",
        "transferId": _ID,
        "jobId": _JOB,
        "userId": "user-1",
        "amount": "12.50",
        "currency": "USD",
        "status": "proposed",
        "statusMeaning": "One person wants the money back; another must agree.",
        "statusAt": _AT,
        "reason": BACK["reason"],
        "proposedBy": "amina.example",
        "proposedAt": _AT,
        "decidedBy": "",
        "decidedAt": None,
        "decisionReason": "",
        "stripeReversalId": None,
        "failure": None,
    },
}
