"""Reads: the payouts that another app had made for one thing of its own, and which one counts."""

from typing import Any

from django.db.models import Q, QuerySet

from disbursements.models import DisbursementRequest
from disbursements.queries.due import OPEN_ATTEMPT, SAID_TO_BE_PAID
from disbursements.states import DisbursementStatus

S = DisbursementStatus
PAID = (S.COMPLETED, S.RETURNED)
# Proven not paid: parked ones wait for a person or for what stops them, such as an empty float.
NOT_PAID = (S.FAILED, S.PARKED)
# Nobody can tell that it did not: what it was made for may not be paid in another way.
MAY_HAVE_PAID = (
    ~Q(status__in=(S.FAILED, S.CANCELLED))
    | Q(person_needed_at__isnull=False)
    | Q(SAID_TO_BE_PAID)
    | Q(OPEN_ATTEMPT)
)


def payouts_of(*, origin: str, origin_id: Any) -> QuerySet[DisbursementRequest]:
    """Oldest first: the first, and each that replaced the one before.

    `origin_id` is a text, or an expression where this is a part of another query.
    """
    rows = DisbursementRequest.objects.filter(origin=origin, origin_id=origin_id)
    return rows.order_by("created_at", "id")


def payout_that_counts(*, origin: str, origin_id: str) -> DisbursementRequest:
    """The one that paid, if one did; else the one that replaced all others."""
    rows = list(payouts_of(origin=origin, origin_id=origin_id))
    replaced = {row.corrects_id for row in rows}
    paid = [row for row in rows if row.status in PAID]
    latest = [row for row in rows if row.pk not in replaced]
    return (paid or latest)[-1]


def another_may_have_paid(payout: DisbursementRequest) -> bool:
    """Whether another payout of the same origin did, or may have."""
    same = payouts_of(origin=payout.origin, origin_id=payout.origin_id)
    return same.filter(MAY_HAVE_PAID).exclude(pk=payout.pk).exists()
