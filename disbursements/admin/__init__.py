"""Money out, seen by staff: payouts, result codes, pauses, files in and out."""

from disbursements.admin import bulk_runs, export, pauses, requests, result_codes, settlements

__all__ = ["bulk_runs", "export", "pauses", "requests", "result_codes", "settlements"]
