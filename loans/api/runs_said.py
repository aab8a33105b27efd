"""Syncs as LoanSyncSerializer has them."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.callers import Caller
from disbursements.api.answers import without_phones
from loans.api.answers import LoanSyncSerializer
from loans.api.entries import SEE_PHONES
from loans.models import LoanSyncRun
from loans.queries.runs import in_words
from loans.rules.holds import HOLDS
from loans.rules.run_words import skipped


def described(rows: Sequence[LoanSyncRun], *, caller: Caller) -> list[dict[str, Any]]:
    """Each as it is answered; its partner is at hand."""
    found = [
        dict(each) for each in LoanSyncSerializer([_run(row) for row in rows], many=True).data
    ]
    return found if caller.may(SEE_PHONES) else [without_phones(each) for each in found]


def _run(row: LoanSyncRun) -> dict[str, Any]:
    return {
        "id": row.pk, "partner": row.partner, "steps": row.steps, "trigger": row.trigger,
        "actor": row.actor, "startedAt": row.started_at, "endedAt": row.ended_at,
        "summary": in_words(row), "requests": row.requests, "fetched": row.fetched,
        "new": row.fresh, "skipped": _counts(row.skipped), "held": _counts(row.held),
        "instructed": row.instructed, "paid": row.paid, "failed": row.failed,
        "booked": row.booked, "notBooked": row.not_booked,
        "errors": [_error(each) for each in row.errors],
    }  # fmt: skip


def _counts(counts: Mapping[str, int]) -> list[dict[str, Any]]:
    """Most first."""
    lines = sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    return [{"code": code, "meaning": _meaning(code), "count": count} for code, count in lines]


def _meaning(code: str) -> str:
    return HOLDS[code].text if code in HOLDS else skipped(code)


def _error(error: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "step": error.get("step"), "loanId": error.get("loan_id"),
        "code": error.get("code") or None, "text": error.get("text") or "",
    }  # fmt: skip
