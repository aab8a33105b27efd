"""Reads: the payouts of transfers, and which transfers have news of theirs."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import CharField, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Cast

from disbursements.models import DisbursementRequest
from disbursements.queries import OPEN_ATTEMPT, SAID_TO_BE_PAID
from disbursements.states import DisbursementStatus
from rents.models import Forward, ForwardPart
from rents.queries.legs import ORIGIN
from rents.states import ForwardStatus

S = DisbursementStatus
PAID = (S.COMPLETED, S.RETURNED)
# Proven not paid: parked ones wait for a person or for what stops them, such as an empty float.
NOT_PAID = (S.FAILED, S.PARKED)
# Nobody can tell that it did not: what it was made of may not be paid in another way.
MAY_HAVE_PAID = (
    ~Q(status__in=(S.FAILED, S.CANCELLED))
    | Q(person_needed_at__isnull=False)
    | Q(SAID_TO_BE_PAID)
    | Q(OPEN_ATTEMPT)
)


def payouts_of(forward_id: UUID) -> QuerySet[DisbursementRequest]:
    """Its payouts, oldest first: the first, and each that replaced the one before."""
    rows = DisbursementRequest.objects.filter(origin=ORIGIN, origin_id=str(forward_id))
    return rows.order_by("created_at", "id")


def payout_that_counts(forward: Forward) -> DisbursementRequest:
    """The one that paid, if one did; else the one that replaced all others."""
    rows = list(payouts_of(forward.pk))
    replaced = {row.corrects_id for row in rows}
    paid = [row for row in rows if row.status in PAID]
    latest = [row for row in rows if row.pk not in replaced]
    return (paid or latest)[-1]


def another_may_have_paid(payout: DisbursementRequest) -> bool:
    """Whether another payout of the same transfer did, or may have."""
    same = DisbursementRequest.objects.filter(origin=ORIGIN, origin_id=payout.origin_id)
    return same.filter(MAY_HAVE_PAID).exclude(pk=payout.pk).exists()


def perhaps_paid(payment_ids: Collection[UUID]) -> set[UUID]:
    """Those of the payments whose rent a transfer that was taken back may have paid."""
    payouts = DisbursementRequest.objects.filter(
        MAY_HAVE_PAID, origin=ORIGIN, origin_id=Cast(OuterRef("forward_id"), CharField())
    )
    parts = ForwardPart.objects.filter(payment__in=payment_ids, released_at__isnull=False)
    return set(parts.filter(Exists(payouts)).values_list("payment_id", flat=True))


def with_news() -> QuerySet[Forward]:
    """Open transfers whose payout moved on, whose status is the longest the same first."""
    payouts = DisbursementRequest.objects.filter(
        origin=ORIGIN, origin_id=Cast(OuterRef("pk"), CharField())
    )
    replaced = Exists(DisbursementRequest.objects.filter(corrects=OuterRef("disbursement")))
    others = payouts.exclude(pk=OuterRef("disbursement"))
    moved = (
        Q(status=ForwardStatus.PROCESSING, disbursement__status__in=[*PAID, *NOT_PAID])
        | Q(status=ForwardStatus.PROCESSING, disbursement__status=S.CANCELLED)
        & ~Q(Exists(others.filter(MAY_HAVE_PAID)))
        | Q(status=ForwardStatus.FAILED) & ~Q(disbursement__status__in=NOT_PAID)
    )
    return Forward.objects.filter(
        moved | replaced | Q(Exists(payouts.filter(status__in=PAID))),
        status__in=[ForwardStatus.PROCESSING, ForwardStatus.FAILED],
    ).order_by("status_at", "id")


def came_back() -> QuerySet[Forward]:
    """Transfers that arrived and whose payout came back, of which nobody was told yet."""
    returned = DisbursementRequest.objects.filter(status=S.RETURNED, origin=ORIGIN)
    return Forward.objects.filter(
        status=ForwardStatus.COMPLETED, failure_text="", disbursement__in=returned
    ).order_by("status_at")


def paid_after_release(*, told: str) -> QuerySet[Forward]:
    """Transfers that were released although one of their payouts paid: paid twice, perhaps.

    Without those whose text is `told`: somebody has heard of them.
    """
    payouts = DisbursementRequest.objects.filter(
        origin=ORIGIN, origin_id=Cast(OuterRef("pk"), CharField()), status__in=PAID
    )
    released = Forward.objects.filter(Exists(payouts), status=ForwardStatus.RELEASED)
    return released.exclude(failure_text=told).order_by("status_at", "id")
