"""Payout jobs, their winners and reversals in words: states, colours, what to do about a skip."""

from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from core.admin import shown
from disbursements.models import PayoutJob, PayoutTransfer, TransferReversal
from disbursements.rules.receiving import SAID, Skip
from disbursements.states import (
    PAYOUT_JOB_MEANINGS,
    REVERSAL_MEANINGS,
    DisbursementStatus,
    PayoutJobStatus,
    ReversalStatus,
    TransferStatus,
)

JOB = "admin:disbursements_payoutjob_change"
PAYOUT = "admin:disbursements_disbursementrequest_change"
JOB_TONES = {
    PayoutJobStatus.PENDING: shown.MUTE,
    PayoutJobStatus.PROCESSING: shown.WAIT,
    PayoutJobStatus.COMPLETE: shown.GOOD,
}
REVERSAL_TONES = {
    ReversalStatus.PROPOSED: shown.ASK,
    ReversalStatus.REJECTED: shown.MUTE,
    ReversalStatus.SENDING: shown.WAIT,
    ReversalStatus.UNKNOWN: shown.ASK,
    ReversalStatus.DONE: shown.GOOD,
    ReversalStatus.REFUSED: shown.BAD,
}
# In the order in which a job's table and bar show them: word, colour, what it means.
STATES: dict[TransferStatus, tuple[str, str, str]] = {
    TransferStatus.COMPLETED: ("Paid", shown.GOOD, "The money is on the winner's account."),
    TransferStatus.PROCESSING: (
        "Under way", shown.ASK, "Sent, or its outcome is being looked up; never sent twice.",
    ),
    TransferStatus.PENDING: ("Not sent yet", shown.MUTE, "Its first try is still to come."),
    TransferStatus.RETRYABLE: (
        "To be tried again", shown.WAIT, "Proven not paid; it is tried again, or waits for us.",
    ),
    TransferStatus.FAILED_TERMINAL: (
        "Not paid", shown.BAD, "Proven not paid or cancelled; only a person can change that.",
    ),
}  # fmt: skip
_ALSO_SAID: dict[str, str] = {
    DisbursementStatus.UNKNOWN: "outcome unknown",
    DisbursementStatus.PARKED: "waits for us",
    DisbursementStatus.CANCELLED: "cancelled",
    DisbursementStatus.FAILED: "failed",
    DisbursementStatus.RETURNED: "and taken back",
}
WAITS = "waits for the account"
MAY_WAIT = (DisbursementStatus.HELD, DisbursementStatus.PARKED)
REFUSED = "Stripe refused to pay this account"
TO_DO: dict[str, str] = {
    Skip.NO_ACCOUNT: "Have the user connect an account, or enter it under Connected accounts.",
    Skip.NOT_CHECKED: "Nothing: we ask Stripe within minutes. Or refresh the account yourself.",
    Skip.LEFT: "Ask the user to connect again, or enter another account for them.",
    Skip.REJECTED: "Stripe will not pay this account: enter another account for the user.",
    Skip.PENDING: "Nothing: Stripe tells us when it has finished, and the winner is paid then.",
    Skip.INACTIVE: "Ask the user to finish what Stripe still wants to know of them.",
    Skip.UNREQUESTED: "Request the capability “transfers” for this account in Stripe's dashboard.",
}
TO_DO_OTHERWISE = "Look at the account at Stripe; it is tried again as soon as that has changed."


def job_status(row: PayoutJob) -> SafeString:
    """Pending, processing, complete."""
    status = PayoutJobStatus(row.status)
    return shown.status(status, meaning=PAYOUT_JOB_MEANINGS[status], tone=JOB_TONES[status])


def winner_status(row: PayoutTransfer) -> Any:
    """How the winner stands, and below it what its payout says beyond that."""
    word, tone, meaning = STATES[row.status]
    also = _ALSO_SAID.get(row.disbursement.status, "")
    if waits(row):
        also, tone = WAITS, shown.WARN
    status = shown.status(word, meaning=meaning, tone=tone)
    return shown.two_lines(status, also) if also else status


def waits(row: PayoutTransfer) -> bool:
    """Whether it waits for an account: the code may outlive the waiting."""
    return bool(row.skip_code) and row.disbursement.status in MAY_WAIT


def reversal_status(row: TransferReversal) -> SafeString:
    """Proposed, sending, done, …"""
    status = ReversalStatus(row.status)
    return shown.status(status, meaning=REVERSAL_MEANINGS[status], tone=REVERSAL_TONES[status])


def skip_text(code: str) -> str:
    """Why somebody waits for their account, as a sentence without its stop."""
    text = SAID.get(code) or f"{REFUSED} ({code})"
    return text[:1].upper() + text[1:]


def skip_to_do(code: str) -> str:
    """What a person can do about it."""
    return TO_DO.get(code, TO_DO_OTHERWISE)


def job_link(job: PayoutJob) -> SafeString:
    """Its settlement, leading to its page."""
    return shown.link(reverse(JOB, args=[job.pk]), job.settlement_id)


def account(account_id: str) -> SafeString | str:
    """`acct_…` in a line of a list."""
    return format_html("<code>{}</code>", account_id) if account_id else ""
