"""Statuses and arrows of money in: payments received, and prompts to pay."""

from enum import StrEnum


class PaymentStatus(StrEnum):
    UNALLOCATED = "unallocated"
    ALLOCATED = "allocated"
    RETURNED = "returned"


P = PaymentStatus

PAYMENT_NAME = "payment"
PAYMENT_ARROWS: dict[str, frozenset[str]] = {
    P.UNALLOCATED: frozenset({P.ALLOCATED, P.RETURNED}),
    P.ALLOCATED: frozenset({P.UNALLOCATED, P.RETURNED}),
    P.RETURNED: frozenset(),
}
PAYMENT_MEANINGS: dict[str, str] = {
    P.UNALLOCATED: "Received; whose rent it is cannot be told yet, a person will say.",
    P.ALLOCATED: "Received for a property: the fee is kept, the rest is owed to its owner.",
    P.RETURNED: "Received, and given back to the payer.",
}


class PromptStatus(StrEnum):
    ASKING = "asking"
    WAITING = "waiting"
    UNKNOWN = "unknown"
    PAID = "paid"
    FAILED = "failed"
    EXPIRED = "expired"


Q = PromptStatus

PROMPT_NAME = "prompt"
PROMPT_ARROWS: dict[str, frozenset[str]] = {
    Q.ASKING: frozenset({Q.WAITING, Q.UNKNOWN, Q.FAILED, Q.PAID, Q.EXPIRED}),
    Q.WAITING: frozenset({Q.PAID, Q.FAILED, Q.EXPIRED, Q.UNKNOWN}),
    Q.UNKNOWN: frozenset({Q.PAID, Q.FAILED, Q.EXPIRED}),
    # What ended without money can prove paid afterwards (daraja.md 2.4).
    Q.FAILED: frozenset({Q.PAID}),
    Q.EXPIRED: frozenset({Q.PAID, Q.FAILED}),
    Q.PAID: frozenset(),
}
PROMPT_MEANINGS: dict[str, str] = {
    Q.ASKING: "It is written down; the request to M-Pesa may be under way.",
    Q.WAITING: "It stands on the payer's phone; the answer will come.",
    Q.UNKNOWN: "Whether it reached the phone cannot be told; we ask, and send no second one.",
    Q.PAID: "The payer paid.",
    Q.FAILED: "It ended without money: refused, cancelled, or it could not be shown.",
    Q.EXPIRED: "No answer came in time; money that comes later is still taken in.",
}
PROMPT_OPEN = frozenset({Q.ASKING, Q.WAITING, Q.UNKNOWN})
