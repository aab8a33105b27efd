"""Payouts of a loan that were not sent yet: never sent, because somebody or something said so."""

from datetime import datetime
from uuid import UUID

from disbursements.models import DisbursementRequest
from disbursements.operations import clear, on_behalf
from disbursements.queries.of_origin import PAID
from disbursements.states import DisbursementStatus
from loans.models import LoanTracking
from loans.queries import payouts

S = DisbursementStatus
NOT_SENT = (S.HELD, S.QUEUED, S.RETRYING, S.PARKED)


def stop_payouts(loan: LoanTracking, *, reason: str, actor: str, at: datetime) -> None:
    """All of the loan's. Inside a transaction, on a locked loan.

    Raises CannotBeDone where one of the present cycle is under way.
    """
    for row in payouts.payouts_of(loan).select_for_update(of=("self",)):
        on_its_way = row.origin_id == loan.origin_id and row.status not in PAID
        if on_its_way or row.status in NOT_SENT:
            on_behalf.stop(row, reason=reason, actor=actor, at=at)


def look_anew(*, partner_id: UUID, at: datetime, product_id: int | None = None) -> int:
    """What was cleared a moment ago leaves only after another look; returns how many.

    For a partner whose loans, or those of one product, are not paid any more: in that transaction.
    """
    rows = DisbursementRequest.objects.filter(
        partner=partner_id, origin=payouts.ORIGIN, status__in=clear.CLEARABLE,
        cleared_until__isnull=False,
    )  # fmt: skip
    of = {row.pk: payouts.cycle_of(row)[0] for row in rows}
    loans = LoanTracking.objects.filter(pk__in=of.values())
    if product_id is not None:
        loans = loans.filter(product_id=product_id)
    wanted = set(loans.values_list("pk", flat=True))
    ids = [payout_id for payout_id, loan_id in of.items() if loan_id in wanted]
    return clear.take_back(payout_ids=ids, at=at)


def stop_others(
    loan: LoanTracking, paid: DisbursementRequest, *, actor: str, at: datetime
) -> None:
    """Those beside the one that paid, as far as they still can be; the engine keeps the rest back.

    Inside a transaction, on a locked loan.
    """
    others = payouts.payouts_of(loan).filter(status__in=NOT_SENT).exclude(pk=paid.pk)
    for row in others.select_for_update(of=("self",)):
        try:
            reason = f"{paid.client_reference} paid the loan"
            on_behalf.stop(row, reason=reason, actor=actor, at=at)
        except on_behalf.CannotBeDone:
            continue
