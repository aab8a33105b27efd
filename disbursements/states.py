"""Statuses and arrows: disbursements (money_safety.md 2), settlements, bulk runs, payout jobs."""

from enum import StrEnum


class DisbursementStatus(StrEnum):
    HELD = "held"
    QUEUED = "queued"
    SENDING = "sending"
    ACCEPTED = "accepted"
    UNKNOWN = "unknown"
    RETRYING = "retrying"
    PARKED = "parked"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"
    RETURNED = "returned"


S = DisbursementStatus

NAME = "disbursement"
ARROWS: dict[str, frozenset[str]] = {
    S.HELD: frozenset({S.QUEUED, S.CANCELLED}),
    S.QUEUED: frozenset({S.HELD, S.SENDING, S.CANCELLED}),
    S.SENDING: frozenset({S.ACCEPTED, S.UNKNOWN, S.RETRYING, S.PARKED, S.FAILED, S.COMPLETED}),
    S.ACCEPTED: frozenset({S.COMPLETED, S.UNKNOWN, S.RETRYING, S.PARKED, S.FAILED}),
    S.UNKNOWN: frozenset({S.COMPLETED, S.ACCEPTED, S.RETRYING, S.PARKED, S.FAILED}),
    S.RETRYING: frozenset({S.SENDING, S.UNKNOWN, S.PARKED, S.FAILED}),
    S.PARKED: frozenset({S.RETRYING, S.UNKNOWN, S.FAILED}),
    S.FAILED: frozenset({S.RETRYING, S.UNKNOWN}),
    S.COMPLETED: frozenset({S.RETURNED}),
    S.CANCELLED: frozenset(),
    S.RETURNED: frozenset(),
}
MEANINGS: dict[str, str] = {
    S.HELD: "Waits for approval, a check, a date, or an account that may receive.",
    S.QUEUED: "May be sent as soon as its time has come and nothing pauses it.",
    S.SENDING: "An attempt is written down; the call may be under way.",
    S.ACCEPTED: "The provider took it; the outcome will come.",
    S.UNKNOWN: "Whether it was paid cannot be told yet; we are asking. It is never sent again.",
    S.RETRYING: "It did not go through and will be tried again by itself, once that is proven.",
    S.PARKED: "Proven not paid; the fault is on our side and must be put right first.",
    S.COMPLETED: "Paid; the provider's receipt is on record.",
    S.FAILED: "Proven not paid; it will not be tried again by itself.",
    S.CANCELLED: "Withdrawn before it was sent.",
    S.RETURNED: "Paid, and the money came back.",
}
OPEN_OUTCOME = frozenset({S.SENDING, S.ACCEPTED, S.UNKNOWN})
FINAL = frozenset({S.COMPLETED, S.FAILED, S.CANCELLED, S.RETURNED})


class SettlementStatus(StrEnum):
    PROPOSED = "proposed"
    APPROVED = "approved"
    REJECTED = "rejected"
    OVERTAKEN = "overtaken"


SETTLEMENT_NAME = "settlement"
SETTLEMENT_ARROWS: dict[str, frozenset[str]] = {
    SettlementStatus.PROPOSED: frozenset(
        {SettlementStatus.APPROVED, SettlementStatus.REJECTED, SettlementStatus.OVERTAKEN}
    ),
    SettlementStatus.APPROVED: frozenset(),
    SettlementStatus.REJECTED: frozenset(),
    SettlementStatus.OVERTAKEN: frozenset(),
}
SETTLEMENT_MEANINGS: dict[str, str] = {
    SettlementStatus.PROPOSED: "One person says how it ended; another must agree.",
    SettlementStatus.APPROVED: "Two persons agree; the payout is settled by it.",
    SettlementStatus.REJECTED: "Refused, or taken back; it changed nothing.",
    SettlementStatus.OVERTAKEN: "The provider's own answer came first; it changed nothing.",
}


class BulkRunStatus(StrEnum):
    RUNNING = "running"
    FINISHED = "finished"
    STOPPED = "stopped"


BULK_RUN_NAME = "bulk run"
BULK_RUN_ARROWS: dict[str, frozenset[str]] = {
    BulkRunStatus.RUNNING: frozenset({BulkRunStatus.FINISHED, BulkRunStatus.STOPPED}),
    BulkRunStatus.FINISHED: frozenset(),
    BulkRunStatus.STOPPED: frozenset(),
}
BULK_RUN_MEANINGS: dict[str, str] = {
    BulkRunStatus.RUNNING: "Worked off in the background, batch by batch.",
    BulkRunStatus.FINISHED: "Each payout was done or skipped.",
    BulkRunStatus.STOPPED: "A person stopped it; what was not reached stays as it was.",
}


class PayoutJobStatus(StrEnum):
    PENDING = "pending"
    PROCESSING = "processing"
    COMPLETE = "complete"


PAYOUT_JOB_NAME = "payout job"
PAYOUT_JOB_ARROWS: dict[str, frozenset[str]] = {
    PayoutJobStatus.PENDING: frozenset({PayoutJobStatus.PROCESSING, PayoutJobStatus.COMPLETE}),
    PayoutJobStatus.PROCESSING: frozenset({PayoutJobStatus.COMPLETE}),
    PayoutJobStatus.COMPLETE: frozenset({PayoutJobStatus.PROCESSING}),
}
PAYOUT_JOB_MEANINGS: dict[str, str] = {
    PayoutJobStatus.PENDING: "No winner was tried yet.",
    PayoutJobStatus.PROCESSING: "At least one winner was tried, and at least one is open.",
    PayoutJobStatus.COMPLETE: "Each winner was paid, or will not be paid without a person.",
}


class TransferStatus(StrEnum):
    """How a winner's payout reads in its job: a view of DisbursementStatus, never stored."""

    PENDING = "pending"
    PROCESSING = "processing"
    RETRYABLE = "retryable"
    COMPLETED = "completed"
    FAILED_TERMINAL = "failed_terminal"


TRANSFER_STATUS: dict[str, TransferStatus] = {
    S.HELD: TransferStatus.PENDING,
    S.QUEUED: TransferStatus.PENDING,
    S.SENDING: TransferStatus.PROCESSING,
    S.ACCEPTED: TransferStatus.PROCESSING,
    S.UNKNOWN: TransferStatus.PROCESSING,
    S.RETRYING: TransferStatus.RETRYABLE,
    S.PARKED: TransferStatus.RETRYABLE,
    S.COMPLETED: TransferStatus.COMPLETED,
    S.RETURNED: TransferStatus.COMPLETED,
    S.FAILED: TransferStatus.FAILED_TERMINAL,
    S.CANCELLED: TransferStatus.FAILED_TERMINAL,
}


class ReversalStatus(StrEnum):
    PROPOSED = "proposed"
    REJECTED = "rejected"
    SENDING = "sending"
    UNKNOWN = "unknown"
    DONE = "done"
    REFUSED = "refused"


REVERSAL_NAME = "reversal"
REVERSAL_ARROWS: dict[str, frozenset[str]] = {
    ReversalStatus.PROPOSED: frozenset({ReversalStatus.SENDING, ReversalStatus.REJECTED}),
    ReversalStatus.REJECTED: frozenset(),
    ReversalStatus.SENDING: frozenset(
        {ReversalStatus.DONE, ReversalStatus.REFUSED, ReversalStatus.UNKNOWN}
    ),
    ReversalStatus.UNKNOWN: frozenset({ReversalStatus.DONE, ReversalStatus.REFUSED}),
    ReversalStatus.DONE: frozenset(),
    ReversalStatus.REFUSED: frozenset(),
}
REVERSAL_MEANINGS: dict[str, str] = {
    ReversalStatus.PROPOSED: "One person wants the money back; another must agree.",
    ReversalStatus.REJECTED: "The second person refused; it changed nothing.",
    ReversalStatus.SENDING: "Approved; the call may be under way.",
    ReversalStatus.UNKNOWN: "Whether the money came back cannot be told yet; we look it up.",
    ReversalStatus.DONE: "The money came back.",
    ReversalStatus.REFUSED: "Stripe refused; nothing came back.",
}
