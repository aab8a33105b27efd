"""Money of a paid transfer came back: booked for each rise, `returned` when all of it is back.

Reversals of ours and those made elsewhere alike: the provider says how much came back in all.
"""

from datetime import datetime

import ledger.operations as books
from core import money, states
from disbursements.models import AttemptOutcome, DisbursementRequest, DisbursementRetryLog
from disbursements.operations import match
from disbursements.operations.paid_from import paid_from
from disbursements.states import DisbursementStatus
from ledger import chart

PAID = (DisbursementStatus.COMPLETED, DisbursementStatus.RETURNED)


def booked_as(row: DisbursementRequest, total_minor: int) -> str:
    """The ledger's reference of the rise to this total."""
    return f"payout:{row.pk}:returned:{total_minor}"


def note_returned(
    row: DisbursementRequest,
    *,
    reversed_minor: int,
    at: datetime,
    because: str,
    actor: str = states.SYSTEM,
) -> bool:
    """Book what came back since the last time; returns whether anything did.

    `reversed_minor` is the total so far; an older and smaller one changes nothing. Inside the
    caller's transaction, on a locked row that is paid.
    """
    if reversed_minor <= row.returned_minor:
        return False
    if row.status not in PAID or reversed_minor > row.amount_minor:
        shown = money.shown(reversed_minor, row.currency)
        paid = money.shown(row.amount_minor if row.status in PAID else 0, row.currency)
        match.report_misfit(row, f"{shown} came back of {paid} paid", at=at)
        return False
    _book(row, reversed_minor, at)
    back = money.shown(reversed_minor - row.returned_minor, row.currency)
    if reversed_minor == row.amount_minor:
        states.advance(
            row, to=DisbursementStatus.RETURNED, at=at, actor=actor,
            because=f"{back} came back, all of it now: {because}", returned_minor=reversed_minor,
        )  # fmt: skip
        return True
    row.returned_minor = reversed_minor
    row.save(update_fields=["returned_minor"])
    states.note(
        row, at=at, actor=actor, details={"returnedMinor": reversed_minor},
        because=f"{back} came back, a part of it: {because}",
    )  # fmt: skip
    return True


def _book(row: DisbursementRequest, total_minor: int, at: datetime) -> None:
    """The payment's booking the other way round, from the account that it left."""
    paid = DisbursementRetryLog.objects.get(disbursement=row, outcome=AttemptOutcome.PAID)
    back_minor = total_minor - row.returned_minor
    books.post(
        lines=[
            books.Debit(paid_from(row, shortcode_number=paid.shortcode_number), back_minor),
            books.Credit(chart.partner_payouts(row.partner_id, row.currency), back_minor),
        ],
        reference=booked_as(row, total_minor),
        description=f"{row.client_reference} came back, transfer {row.receipt}", at=at,
    )  # fmt: skip
