"""Money out, seen by staff: payouts, result codes, pauses, files of payees."""

from disbursements.admin import pauses, requests, result_codes

__all__ = ["pauses", "requests", "result_codes"]
