"""Whether what a person wrote about the end of a payout is complete: nothing read or written."""

import re
from datetime import datetime, timedelta

from disbursements.rules.intake import Problem

PAID, NOT_PAID = "paid", "not_paid"
TEXT_LENGTH_MIN = 8
EVIDENCE_LENGTH_MAX = 2000
REASON_LENGTH_MAX = 500
CLOCKS_APART = timedelta(minutes=10)
RECEIPT_EXAMPLE = "UKL1000001"
TRANSFER_EXAMPLE = "tr_1Example"
EVIDENCE_EXAMPLE = "statement of 600111, 21 Nov 2026, page 3: no row for this phone and amount"
REASON_EXAMPLE = "no answer from M-Pesa for two days"
_RECEIPT = re.compile(r"[A-Z0-9]{10}", re.ASCII)
_TRANSFER = re.compile(r"tr_[A-Za-z0-9_]{1,27}", re.ASCII)


def problems(
    *,
    settled_as: str,
    receipt: str,
    paid_at: datetime | None,
    evidence: str,
    reason: str,
    sent_at: datetime,
    at: datetime,
    by_transfer: bool = False,
) -> list[Problem]:
    """Every wrong field. `sent_at` is when the attempt was written down, `at` is now.

    `by_transfer`: Stripe paid it, whose receipt is the id of its transfer.
    """
    found = [
        *_text("evidence", evidence, EVIDENCE_LENGTH_MAX, EVIDENCE_EXAMPLE),
        *_text("reason", reason, REASON_LENGTH_MAX, REASON_EXAMPLE),
    ]
    if settled_as == PAID:
        found += _transfer(receipt) if by_transfer else _receipt(receipt)
        return found + _paid_at(paid_at, sent_at=sent_at, at=at)
    if settled_as != NOT_PAID:
        found.append(_problem("settled_as", settled_as, "write paid or not_paid"))
    if receipt:
        found.append(_problem("receipt", receipt, "must be empty for what was not paid"))
    if paid_at is not None:
        message = "must be empty for what was not paid"
        found.append(_problem("paid_at", paid_at.isoformat(), message))
    return found


def _text(field: str, text: str, length_max: int, example: str) -> list[Problem]:
    length = len(text.strip())
    if "\x00" in text:
        return [_problem(field, text, f"has characters that cannot be kept: such as {example!r}")]
    if TEXT_LENGTH_MIN <= length <= length_max:
        return []
    wanted = f"{TEXT_LENGTH_MIN} to {length_max}"
    return [_problem(field, text, f"has {length} characters: write {wanted}, such as {example!r}")]


def _receipt(receipt: str) -> list[Problem]:
    if _RECEIPT.fullmatch(receipt):
        return []
    message = f"is not an M-Pesa receipt: ten letters and digits, such as {RECEIPT_EXAMPLE}"
    return [_problem("receipt", receipt, message)]


def _transfer(receipt: str) -> list[Problem]:
    if _TRANSFER.fullmatch(receipt):
        return []
    message = f"is no id of a Stripe transfer, such as {TRANSFER_EXAMPLE}"
    return [_problem("receipt", receipt, message)]


def _paid_at(paid_at: datetime | None, *, sent_at: datetime, at: datetime) -> list[Problem]:
    example = "such as 2026-11-21T14:32+03:00"
    if paid_at is None:
        return [_problem("paid_at", "", f"is missing: write when it was paid, {example}")]
    if paid_at.tzinfo is None:
        return [_problem("paid_at", str(paid_at), f"has no offset: write one, {example}")]
    if paid_at > at + CLOCKS_APART:
        return [_problem("paid_at", paid_at.isoformat(), "lies in the future")]
    if paid_at < sent_at - CLOCKS_APART:
        sent = sent_at.isoformat(timespec="minutes")
        message = f"lies before the attempt, which was sent at {sent}"
        return [_problem("paid_at", paid_at.isoformat(), message)]
    return []


def _problem(field: str, value: str, message: str) -> Problem:
    return Problem(field=field, value=value[:60], message=message)
