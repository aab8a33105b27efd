"""Statuses and arrows of a forward: collected rent on its way to the owner."""

from enum import StrEnum


class ForwardStatus(StrEnum):
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"
    RELEASED = "released"


F = ForwardStatus

NAME = "forward"
ARROWS: dict[str, frozenset[str]] = {
    F.PROCESSING: frozenset({F.COMPLETED, F.FAILED, F.RELEASED}),
    F.FAILED: frozenset({F.PROCESSING, F.COMPLETED, F.RELEASED}),
    F.COMPLETED: frozenset(),
    F.RELEASED: frozenset(),
}
MEANINGS: dict[str, str] = {
    F.PROCESSING: "Handed to the payouts; its payout is queued, under way or asked about.",
    F.COMPLETED: "The owner has the money; the payout's receipt is on record.",
    F.FAILED: "The payout is proven not paid; put right what stopped it, and forward again.",
    F.RELEASED: "Taken back before it was paid; its rents are owed again.",
}


class LegacyStatus(StrEnum):
    """`disbursementStatus` as the source document names it."""

    PENDING = "pending"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"
    NOT_REQUIRED = "not_required"
