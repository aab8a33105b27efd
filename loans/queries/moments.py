"""Reads: when the jobs of loans have something to do that no person has to begin."""

from datetime import datetime
from uuid import UUID

from django.db.models import Exists, F, Min, OuterRef, Q

from core import clock
from disbursements import queries
from loans.models import (
    LoanBooking,
    LoanProductAutoDisbursalConfig,
    LoanTracking,
    MifosConnection,
)
from loans.queries import bookings, due, payouts
from loans.states import LoanStatus


def next_sync(*, at: datetime) -> datetime | None:
    """When a partner's loans are synced next, as far as that may lead to something.

    A list that is only looked at again every five minutes is nothing that falls due.
    """
    if due.to_sync(at=at).exists():
        return at
    waiting = _with_pending_loans(at)
    return min(
        (
            max(row.next_sync_at, row.not_before or row.next_sync_at)
            for row in MifosConnection.objects.filter(due.PAYS, partner__in=waiting)
        ),
        default=None,
    )


def next_of_loans(*, at: datetime) -> datetime | None:
    """When a payout has news, waits for a look, or a paid loan is due to be booked.

    Whom nobody may ask, and whom we leave alone for a while, is not waited for before.
    """
    if payouts.anything_new():
        return at
    reachable = {row.partner_id: row for row in MifosConnection.objects.filter(due.MAY_BOOK)}
    moments = [
        max(moment, reachable[partner_id].not_before or moment)
        for partner_id, moment in _bookings_due().items()
        if partner_id in reachable
    ]
    for partner_id, row in reachable.items():
        of = Q(origin=payouts.ORIGIN, partner=partner_id)
        moment = queries.next_to_clear(at=at, of=of) if row.pays else None
        if moment is not None:
            moments.append(max(moment, row.not_before or moment))
    return min(moments, default=None)


def _with_pending_loans(at: datetime) -> set[UUID]:
    today = at.astimezone(clock.NAIROBI).date()
    paid = LoanProductAutoDisbursalConfig.objects.filter(
        partner=OuterRef("partner"), product_id=OuterRef("product_id"), enabled=True
    )
    rows = LoanTracking.objects.filter(Exists(paid), status=LoanStatus.PENDING)
    rows = rows.filter(Q(expected_on=None) | Q(expected_on__lte=today))
    found = rows.order_by().values_list("partner_id", flat=True)
    return set(found.distinct())


def _bookings_due() -> dict[UUID, datetime]:
    rows = LoanBooking.objects.filter(status__in=bookings.OPEN).order_by()
    found = rows.values(partner_id=F("loan__partner_id")).annotate(due_at=Min("due_at"))
    return {row["partner_id"]: row["due_at"] for row in found}
