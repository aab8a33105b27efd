"""Words and examples of the OpenAPI document."""

from typing import Any

PARTNER: dict[str, Any] = {
    "id": "0b9c5f6e-3d0b-4a64-9d5e-6f1f0a9c2b11", "name": "Umoja Example Sacco",
}  # fmt: skip
LOAN_ID = "3f2a9c1d-8a52-4a5e-9c53-0c1f6d2a7b44"
BOOKING_ID = "5b1d1c60-0f7c-4c86-9b1c-5a3c7f5d2e10"
FETCH = (
    "Reads the approved loans that wait for disbursal from Mifos X and tracks those that are new. "
    "Nothing is paid by it, and it is done while paying is switched off, too."
)
PROCESS = (
    "Looks once more at each pending loan, hands it over to be paid by M-Pesa, and books what is "
    "paid in Mifos X. A loan of which anything changed is held for a person instead. Payouts are "
    "sent after this answers: `paid` and `booked` count what has come to its end by now."
)
SCHEDULED = (
    "All three steps, as the schedule does them every five minutes by itself: no scheduler has to "
    "call this."
)
SYNC = (
    "For a partner's key with the scope `disburse:write` and for staff: the key's partner, the "
    "`partner` of the body, or all of the caller's. One sync of a partner runs at a time; a "
    "single partner that is being synced, left alone for a while after trouble, or not set up is "
    "answered 409 with the reason, and `Retry-After` where time helps. Of several partners each "
    "has its `outcome`, and the answer is 200. The same call twice never pays a loan twice."
)
SYNC_BODY: dict[str, Any] = {"partner": PARTNER["id"]}
RUN: dict[str, Any] = {
    "id": "9d0c3d5e-52a0-4c3c-8a44-2f4f6f0f8a10", "partner": PARTNER,
    "steps": ["fetch", "process", "book"], "trigger": "api", "actor": "api:pv_live_7Q",
    "startedAt": "2026-11-21T14:30:00+03:00", "endedAt": "2026-11-21T14:30:06+03:00",
    "summary": "3 new, 1 held, 2 handed over to be paid, 1 booked, 4 left as they are.",
    "requests": 14, "fetched": 7, "new": 3,
    "skipped": [
        {"code": "already_known", "meaning": "it was tracked before", "count": 4},
    ],
    "held": [
        {"code": "no_phone", "meaning": "The client has no phone number in Mifos X.", "count": 1},
    ],
    "instructed": 2, "paid": 1, "failed": 0, "booked": 1, "notBooked": 0, "errors": [],
}  # fmt: skip
SYNCED: dict[str, Any] = {
    "success": True,
    "message": "Synced 1 of 1 partners",
    "results": [
        {"partner": PARTNER, "outcome": "done", "message": RUN["summary"], "run": RUN},
    ],
}
RUNNING: dict[str, Any] = {
    "success": False,
    "error": "Mifos X of Umoja Example Sacco is being spoken with already: try again in a minute, "
    "or look at the sync that runs.",
    "code": "already_running",
    "fields": {},
}
RUNS: dict[str, Any] = {"success": True, "runs": [RUN], "nextCursor": None}
LIST = (
    "Loans that were seen approved in Mifos X. The summary is of all that matches, not only of "
    "this page. `not_booked`: the client is paid, and Mifos X refused to book it or undid it."
)
BOOKING: dict[str, Any] = {
    "id": BOOKING_ID, "cycle": 1, "status": "refused",
    "statusMeaning": "Paid, not booked: Mifos X refused, and a person must put it right.",
    "statusAt": "2026-11-21T14:36:00+03:00", "receipt": "UKL0000001",
    "paidAt": "2026-11-21T14:35:00+03:00", "grossAmount": 10000, "externalId": BOOKING_ID,
    "transactionId": None, "commandId": None,
    "code": "error.msg.loan.application.disbursement.date.on.holiday",
    "text": "Loan disbursement date cannot be on a holiday",
    "meaning": "The loan's date is a holiday in Mifos X.",
    "whatToDo": "Allow transactions on holidays in Mifos X, or change the date. Then book it "
    "again.",
    "tries": 1, "dueAt": "2026-11-21T14:35:00+03:00", "bookedAt": None,
}  # fmt: skip
LOAN: dict[str, Any] = {
    "id": LOAN_ID, "loanId": 123, "accountNo": "000000123", "partner": PARTNER,
    "status": "disbursed",
    "statusMeaning": "The client has the money; whether Mifos X knows is told by its booking.",
    "statusAt": "2026-11-21T14:35:00+03:00", "heldCode": None, "reason": None, "whatToDo": None,
    "releasable": False, "cycle": 1, "productId": 1, "productName": "Business loan",
    "clientId": 45, "clientName": "Amina Example", "phoneAsWritten": "0700 000 001",
    "msisdn": "254700000001", "netAmount": 9500, "grossAmount": 10000, "currency": "KES",
    "approvedOn": "2026-11-20", "expectedOn": "2026-11-21", "severalDisbursals": False,
    "releasedAt": None, "mifosStatus": 200, "seenAt": "2026-11-21T14:34:00+03:00",
    "createdAt": "2026-11-21T14:30:00+03:00",
    "disbursement": {
        "id": "7e6f0a43-2d8e-4b8c-8f0f-4b8e4f4a9c77",
        "clientReference": "LOAN-3F2A9C1D8A524A5E9C530C1F6D2A7B44-1", "status": "completed",
        "statusMeaning": "The payee has the money.", "receipt": "UKL0000001",
        "completedAt": "2026-11-21T14:35:00+03:00", "failureCode": None, "failureText": None,
    },
    "booking": BOOKING,
}  # fmt: skip
NOTHING: dict[str, Any] = {"count": 0, "amounts": {}}
LOANS: dict[str, Any] = {
    "success": True,
    "summary": {
        "pending_disbursement": NOTHING, "processing_disbursement": NOTHING,
        "disbursed": {"count": 1, "amounts": {"KES": 9500}}, "failed": NOTHING, "held": NOTHING,
        "not_booked": {"count": 1, "amounts": {"KES": 9500}},
    },
    "loans": [LOAN],
    "nextCursor": None,
}  # fmt: skip
PHONE_CHANGED: dict[str, Any] = {
    "field": "msisdn", "tracked": "254700000001", "now": "254700000002",
}  # fmt: skip
ONE_LOAN: dict[str, Any] = {
    "success": True,
    "loan": {
        **LOAN,
        "status": "held",
        "statusMeaning": "A person must look at it first; why is told beside it.",
        "heldCode": "changed",
        "reason": "Mifos X says something else now than when the loan was tracked.",
        "whatToDo": "Compare the differences, ask who changed them, and release it if it is "
        "right.",
        "releasable": True, "disbursement": None, "booking": None,
        "differences": [PHONE_CHANGED], "bookings": [], "proposals": [],
        "timeline": [
            {
                "at": "2026-11-21T14:34:00+03:00", "side": "mifos", "source": "loan",
                "title": "Loan held (was pending disbursement)",
                "text": "msisdn changed in Mifos X", "actor": "system",
            },
        ],
    },
}  # fmt: skip
EXPORTED = "Newest first, streamed, and on record before the first row leaves."
WHY_BODY: dict[str, Any] = {"reason": "the client confirmed the new number at the branch"}
PROPOSE = (
    "`give_up_booking`: the payment is not booked from here, ever. `pay_again`: the money came "
    "back, or the disbursal was undone, and the loan is paid once more. Members of staff only; "
    "another person approves."
)
PROPOSAL: dict[str, Any] = {
    "kind": "give_up_booking", "reason": "booked by hand in Mifos X under voucher 88",
}  # fmt: skip
PROPOSED: dict[str, Any] = {
    "success": True,
    "proposal": {
        "id": "1c7a7b55-9f3e-4d1e-9a66-7a2f3f6f0b21", "loan": LOAN_ID, "booking": BOOKING_ID,
        **PROPOSAL, "status": "proposed",
        "statusMeaning": "One person proposes it; another must agree.",
        "statusAt": "2026-11-21T15:00:00+03:00", "proposedBy": "amina.example",
        "decidedBy": None, "decidedBecause": None,
        "createdAt": "2026-11-21T15:00:00+03:00",
    },
}  # fmt: skip
