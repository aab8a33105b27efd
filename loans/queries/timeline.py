"""The one timeline of a loan: Mifos X and M-Pesa, everything that any table knows, by time."""

from collections.abc import Iterator, Sequence
from typing import Any

from core.admin import shown
from core.admin.record import Event
from core.models import Step
from disbursements.models import DisbursementRequest, DisbursementRetryLog
from disbursements.queries import timeline as payouts
from disbursements.queries import trail
from loans.models import LoanBooking, LoanProposal, LoanTracking
from loans.queries.search import ORIGIN
from loans.states import BookingStatus, LoanStatus, ProposalStatus

MIFOS, MPESA = "Mifos X", "M-Pesa"
TONES: dict[str, dict[str, str]] = {
    LoanTracking.__name__: {
        LoanStatus.PENDING: shown.WAIT,
        LoanStatus.PROCESSING: shown.WAIT,
        LoanStatus.DISBURSED: shown.GOOD,
        LoanStatus.FAILED: shown.BAD,
        LoanStatus.HELD: shown.WARN,
    },
    LoanBooking.__name__: {
        BookingStatus.DUE: shown.WAIT,
        BookingStatus.SENDING: shown.WAIT,
        BookingStatus.UNKNOWN: shown.ASK,
        BookingStatus.WAITS_FOR_CHECKER: shown.ASK,
        BookingStatus.BOOKED: shown.GOOD,
        BookingStatus.REFUSED: shown.BAD,
        BookingStatus.UNDONE: shown.BAD,
    },
    LoanProposal.__name__: {
        ProposalStatus.PROPOSED: shown.ASK,
        ProposalStatus.APPROVED: shown.GOOD,
        ProposalStatus.REJECTED: shown.BAD,
    },
}
SOURCES = {
    LoanTracking.__name__: "Loan",
    LoanBooking.__name__: "Booking",
    LoanProposal.__name__: "Proposal",
}
# Of a loan and its booking at one moment, what leads to the other comes first.
ORDERS = {LoanTracking.__name__: 1, LoanBooking.__name__: 12, LoanProposal.__name__: 13}


def timeline(loan: LoanTracking, *, may_see_phones: bool) -> list[Event]:
    """Steps, calls and answers of the loan, its bookings and proposals, and of its payouts.

    Sources begin with `Mifos X: ` or `M-Pesa: `.
    """
    about = [
        loan,
        *LoanBooking.objects.filter(loan=loan).order_by("cycle"),
        *LoanProposal.objects.filter(loan=loan).order_by("created_at"),
    ]
    ids = [str(row.pk) for row in about]
    mifos = [*_steps(about), *payouts.calls(ids, may_see_phones=may_see_phones)]
    mpesa: list[Event] = []
    for payout in payouts_of(loan):
        attempts = list(DisbursementRetryLog.objects.filter(disbursement=payout))
        mpesa += payouts.timeline(payout, attempts, may_see_phones=may_see_phones)
    return payouts.in_order(
        [*trail.of_side(MIFOS, mifos), *trail.of_side(MPESA, mpesa)],
        may_see_phones=may_see_phones,
    )


def payouts_of(loan: LoanTracking) -> list[DisbursementRequest]:
    """Its payouts of every cycle, oldest first."""
    cycles = [f"{loan.pk}:{number}" for number in range(1, loan.cycle + 1)]
    rows = DisbursementRequest.objects.filter(origin=ORIGIN, origin_id__in=cycles)
    return list(rows.order_by("created_at", "id"))


def _steps(rows: Sequence[Any]) -> Iterator[Event]:
    kinds = {str(row.pk): row.get_kind_display() for row in rows if isinstance(row, LoanProposal)}
    return trail.steps(
        rows, sources=SOURCES, tones=TONES, order=lambda step: ORDERS[step.subject_type],
        title=lambda step: _move(step, kinds.get(step.subject_id, "")),
    )  # fmt: skip


def _move(step: Step, kind: str) -> str:
    if kind:
        return f"{trail.in_words(step.to_status).capitalize()}: {kind.lower()}"
    return trail.move(step, source=SOURCES[step.subject_type])
