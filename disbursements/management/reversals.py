"""Reversals as commands show them, and what their commands share."""

from typing import Any

from core import money
from core.admin.shown import absolute
from disbursements.models import TransferReversal


def as_json(row: TransferReversal) -> dict[str, Any]:
    """One reversal, for scripts."""
    return {
        "id": str(row.pk),
        "status": row.status,
        "transferId": str(row.disbursement_id),
        "stripeTransfer": row.disbursement.receipt,
        "amount": money.plain(row.amount_minor, row.currency),
        "currency": row.currency,
        "reason": row.reason,
        "proposedBy": row.proposed_by,
        "proposedAt": row.proposed_at.isoformat(),
        "decidedBy": row.decided_by,
        "decidedAt": row.decided_at.isoformat() if row.decided_at else None,
        "stripeReversal": row.provider_id,
        "failureCode": row.failure_code,
    }


def in_words(row: TransferReversal) -> str:
    """One reversal, for people."""
    shown = money.shown(row.amount_minor, row.currency)
    said = (
        f"{row.pk}: {row.status}, {shown} of {row.disbursement.client_reference} (transfer "
        f"{row.disbursement.receipt}), proposed by {row.proposed_by} on "
        f"{absolute(row.proposed_at)}: {row.reason}"
    )
    return f"{said}. {row.failure_text} ({row.failure_code})" if row.failure_code else said
