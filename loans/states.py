"""Statuses and arrows: a loan on its way out, its booking in Mifos X, what two persons decide."""

from enum import StrEnum


class LoanStatus(StrEnum):
    PENDING = "pending_disbursement"
    PROCESSING = "processing_disbursement"
    DISBURSED = "disbursed"
    FAILED = "failed"
    HELD = "held"


L = LoanStatus

NAME = "loan"
ARROWS: dict[str, frozenset[str]] = {
    L.PENDING: frozenset({L.PROCESSING, L.HELD}),
    L.HELD: frozenset({L.PENDING, L.DISBURSED}),
    L.PROCESSING: frozenset({L.DISBURSED, L.FAILED, L.HELD}),
    L.FAILED: frozenset({L.PROCESSING, L.DISBURSED, L.HELD}),
    L.DISBURSED: frozenset({L.HELD}),
}
MEANINGS: dict[str, str] = {
    L.PENDING: "Approved in Mifos X; it is paid as soon as its day and its product allow.",
    L.PROCESSING: "Its payout is queued, under way, or asked about.",
    L.DISBURSED: "The client has the money; whether Mifos X knows is told by its booking.",
    L.FAILED: "Its payout is proven not paid, and is not tried again by itself.",
    L.HELD: "A person must look at it first; why is told beside it.",
}


class BookingStatus(StrEnum):
    DUE = "due"
    SENDING = "sending"
    UNKNOWN = "unknown"
    WAITS_FOR_CHECKER = "waits_for_checker"
    BOOKED = "booked"
    REFUSED = "refused"
    GIVEN_UP = "given_up"
    UNDONE = "undone"


B = BookingStatus

BOOKING_NAME = "booking"
BOOKING_ARROWS: dict[str, frozenset[str]] = {
    B.DUE: frozenset({B.SENDING, B.BOOKED, B.REFUSED, B.GIVEN_UP}),
    B.SENDING: frozenset({B.BOOKED, B.DUE, B.UNKNOWN, B.WAITS_FOR_CHECKER, B.REFUSED}),
    B.UNKNOWN: frozenset({B.BOOKED, B.DUE, B.WAITS_FOR_CHECKER, B.REFUSED, B.UNDONE}),
    B.WAITS_FOR_CHECKER: frozenset({B.BOOKED, B.REFUSED}),
    B.REFUSED: frozenset({B.DUE, B.BOOKED, B.GIVEN_UP}),
    B.BOOKED: frozenset({B.UNDONE}),
    B.UNDONE: frozenset({B.DUE, B.GIVEN_UP}),
    B.GIVEN_UP: frozenset({B.BOOKED}),
}
BOOKING_MEANINGS: dict[str, str] = {
    B.DUE: "Paid; Mifos X is told as soon as it answers.",
    B.SENDING: "Mifos X is being told at this moment.",
    B.UNKNOWN: "Whether Mifos X took it cannot be told; it is looked up before it is repeated.",
    B.WAITS_FOR_CHECKER: "Recorded in Mifos X; a checker there must approve it.",
    B.BOOKED: "Mifos X shows the disbursal with our receipt.",
    B.REFUSED: "Paid, not booked: Mifos X refused, and a person must put it right.",
    B.GIVEN_UP: "Paid, and two persons agreed that we do not book it.",
    B.UNDONE: "It was booked, and the disbursal was undone in Mifos X.",
}


class ProposalStatus(StrEnum):
    PROPOSED = "proposed"
    APPROVED = "approved"
    REJECTED = "rejected"
    OVERTAKEN = "overtaken"


P = ProposalStatus

PROPOSAL_NAME = "proposal"
PROPOSAL_ARROWS: dict[str, frozenset[str]] = {
    P.PROPOSED: frozenset({P.APPROVED, P.REJECTED, P.OVERTAKEN}),
    P.APPROVED: frozenset(),
    P.REJECTED: frozenset(),
    P.OVERTAKEN: frozenset(),
}
PROPOSAL_MEANINGS: dict[str, str] = {
    P.PROPOSED: "One person proposes it; another must agree.",
    P.APPROVED: "Two persons agree; it is done.",
    P.REJECTED: "Refused, or taken back; it changed nothing.",
    P.OVERTAKEN: "The loan moved on first; it changed nothing.",
}
