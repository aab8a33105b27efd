"""Reads: the payouts of transfers, and which transfers have news of theirs."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import CharField, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Cast

from disbursements.models import DisbursementRequest
from disbursements.queries import of_origin
from disbursements.queries.of_origin import MAY_HAVE_PAID, NOT_PAID, PAID
from disbursements.states import DisbursementStatus
from rents.models import Forward, ForwardPart
from rents.queries.legs import ORIGIN
from rents.states import ForwardStatus

S = DisbursementStatus


def payout_that_counts(forward: Forward) -> DisbursementRequest:
    """The one that paid, if one did; else the one that replaced all others."""
    return of_origin.payout_that_counts(origin=ORIGIN, origin_id=str(forward.pk))


def perhaps_paid(payment_ids: Collection[UUID]) -> set[UUID]:
    """Those of the payments whose rent a transfer that was taken back may have paid."""
    payouts = _payouts(OuterRef("forward_id")).filter(MAY_HAVE_PAID)
    parts = ForwardPart.objects.filter(payment__in=payment_ids, released_at__isnull=False)
    return set(parts.filter(Exists(payouts)).values_list("payment_id", flat=True))


def with_news() -> QuerySet[Forward]:
    """Open transfers whose payout moved on, whose status is the longest the same first."""
    payouts = _payouts(OuterRef("pk"))
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
    payouts = _payouts(OuterRef("pk")).filter(status__in=PAID)
    released = Forward.objects.filter(Exists(payouts), status=ForwardStatus.RELEASED)
    return released.exclude(failure_text=told).order_by("status_at", "id")


def _payouts(forward_id: OuterRef) -> QuerySet[DisbursementRequest]:
    """Those of a transfer, inside of another query."""
    return of_origin.payouts_of(origin=ORIGIN, origin_id=Cast(forward_id, CharField()))
