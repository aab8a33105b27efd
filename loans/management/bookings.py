"""Bookings and proposals as commands show them."""

from typing import Any

from core import money
from core.admin.shown import absolute
from loans.models import LoanBooking, LoanProposal
from loans.rules.booking_words import explain
from loans.states import BOOKING_MEANINGS


def booking_as_json(row: LoanBooking) -> dict[str, Any]:
    """One booking, for scripts."""
    return {
        "id": str(row.pk),
        "loanId": row.loan.loan_id,
        "cycle": row.cycle,
        "status": row.status,
        "receipt": row.receipt,
        "paidAt": row.paid_at.isoformat(),
        "amount": money.plain(row.gross_minor, row.currency),
        "currency": row.currency,
        "externalId": row.external_id,
        "transactionId": row.transaction_id,
        "tries": row.tries,
        "dueAt": row.due_at.isoformat(),
        "bookedAt": row.booked_at.isoformat() if row.booked_at else None,
        "code": row.code,
        "text": row.text,
    }


def booking_in_words(row: LoanBooking) -> str:
    """One booking, for people."""
    amount = money.shown(row.gross_minor, row.currency)
    what = f"loan {row.loan.loan_id}, cycle {row.cycle}, {amount}, receipt {row.receipt}"
    lines = [
        f"{row.pk}: {what}, paid {absolute(row.paid_at)}",
        f"{row.status}: {BOOKING_MEANINGS[row.status]}",
    ]
    if row.code:
        said = explain(row.code)
        lines.append(f"{said.what} {said.what_to_do} ({row.code} {row.text})")
    return "\n".join(lines)


def proposal_as_json(row: LoanProposal) -> dict[str, Any]:
    """One proposal, for scripts."""
    return {
        "id": str(row.pk),
        "kind": row.kind,
        "status": row.status,
        "loanId": row.loan.loan_id,
        "bookingId": str(row.booking_id),
        "reason": row.reason,
        "proposedBy": row.proposed_by,
        "proposedAt": row.created_at.isoformat(),
        "decidedBy": row.decided_by,
        "decidedBecause": row.decided_because,
    }


def proposal_in_words(row: LoanProposal) -> str:
    """One proposal, for people."""
    return (
        f"{row.pk}: {row.get_kind_display()}, loan {row.loan.loan_id}; {row.status}, proposed by "
        f"{row.proposed_by} on {absolute(row.created_at)}: {row.reason}"
    )
