"""Money out, seen by staff: payouts, result codes, pauses, files in and out."""

from disbursements.admin import (
    accounts,
    bulk_runs,
    export,
    pauses,
    payout_jobs,
    requests,
    result_codes,
    reversals,
    settlements,
    winners,
)

__all__ = [
    "accounts", "bulk_runs", "export", "pauses", "payout_jobs", "requests", "result_codes",
    "reversals", "settlements", "winners",
]  # fmt: skip
