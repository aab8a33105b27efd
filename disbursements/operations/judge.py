"""Ask the result-code table, and tell staff of a code that it does not name."""

from datetime import datetime

from core import alerts
from disbursements import queries
from disbursements.rules.classify import Verdict

UNCLASSIFIED_ALERT = "unclassified_code"


def judge_answer(*, api: str, code: str, text: str, at: datetime) -> Verdict:
    """The verdict; an alert with the code and its text when only a fallback fitted."""
    verdict = queries.verdict_on(api=api, code=code, text=text)
    if not verdict.classified:
        alerts.raise_alert(
            kind=UNCLASSIFIED_ALERT, key=verdict.cause, at=at,
            text=f"The code {code} ({text[:200]}) is not in the result-code table: classify it",
            details={"api": api, "code": code, "text": text[:500]},
        )  # fmt: skip
    return verdict


def judge_refusal(*, api: str, code: str, text: str, at: datetime) -> Verdict:
    """As judge_answer; a refusal that no row names is for a person.

    Nothing moved, and sending the same again is pointless.
    """
    verdict = judge_answer(api=api, code=code, text=text, at=at)
    if verdict.classified:
        return verdict
    return Verdict(**(verdict.as_json() | {"outcome": "failed", "next_step": "operator"}))
