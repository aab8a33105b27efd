"""Settlements as commands show them, and what their commands share."""

from argparse import ArgumentTypeError
from datetime import datetime
from typing import Any

from core.admin.shown import absolute
from disbursements.models import SettledAs, Settlement


def as_json(row: Settlement) -> dict[str, Any]:
    """One settlement, for scripts."""
    return {
        "id": str(row.pk),
        "status": row.status,
        "disbursementId": str(row.disbursement_id),
        "clientReference": row.disbursement.client_reference,
        "attempt": row.attempt.retry_attempt,
        "settledAs": row.settled_as,
        "receipt": row.receipt,
        "paidAt": row.paid_at.isoformat() if row.paid_at else None,
        "evidence": row.evidence,
        "reason": row.reason,
        "proposedBy": row.proposed_by,
        "proposedAt": row.proposed_at.isoformat(),
        "decidedBy": row.decided_by,
    }


def in_words(row: Settlement) -> str:
    """One settlement, for people."""
    paid = row.settled_as == SettledAs.PAID
    said = f"paid, receipt {row.receipt}" if paid else "not paid"
    return (
        f"{row.pk}: {row.disbursement.client_reference}, said to be {said}, by "
        f"{row.proposed_by} on {absolute(row.proposed_at)}. Evidence: {row.evidence}"
    )


def a_moment(text: str) -> datetime:
    """An argument that is a moment with its offset."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise ArgumentTypeError(
            f"{text[:60]!r} is not a moment with its offset, such as 2026-11-21T14:32+03:00"
        )
    return moment
