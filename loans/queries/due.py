"""Reads: whose Mifos X is to be asked now, and which tracked loans are looked at again."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce

from gateways.interface.loans import LoanState
from loans.models import (
    LoanBooking,
    LoanProductAutoDisbursalConfig,
    LoanTracking,
    MifosConnection,
)
from loans.rules.holds import BY_FACTS, BY_TERMS
from loans.states import BookingStatus, LoanStatus

# As MifosConnection.may_book and .pays say it, the second of active partners.
MAY_BOOK = Q(is_mifos_configured=True) & ~Q(confirmed_by="")
PAYS = MAY_BOOK & Q(mifos_auto_disbursement_enabled=True, partner__is_active=True)
# Switched on, and its password was changed or a test found something missing.
NOT_READY = Q(mifos_auto_disbursement_enabled=True, is_mifos_configured=False)


def to_sync(*, at: datetime) -> QuerySet[MifosConnection]:
    """Connections whose loans are due to be fetched, the longest due first."""
    rows = MifosConnection.objects.filter(PAYS, next_sync_at__lte=at)
    rows = rows.filter(Q(not_before=None) | Q(not_before__lte=at))
    return rows.order_by("next_sync_at", "id")


def not_synced_since(moment: datetime) -> QuerySet[MifosConnection]:
    """Connections that pay and whose list was last read to the end before this moment."""
    rows = MifosConnection.objects.filter(PAYS).select_related("partner")
    return rows.annotate(read_at=Coalesce("last_sync_at", "confirmed_at")).filter(
        read_at__lt=moment
    )


def not_ready() -> QuerySet[MifosConnection]:
    """Connections of active partners that are switched on and cannot be used as they are."""
    rows = MifosConnection.objects.filter(NOT_READY, partner__is_active=True)
    return rows.select_related("partner").order_by("partner__name")


def reachable(partner_ids: Collection[UUID], *, at: datetime) -> list[UUID]:
    """Those of the partners in whose Mifos X may be booked, not left alone at this moment."""
    rows = MifosConnection.objects.filter(MAY_BOOK, partner__in=partner_ids)
    rows = rows.filter(Q(not_before=None) | Q(not_before__lte=at))
    return list(rows.order_by("partner_id").values_list("partner_id", flat=True))


def products(
    partner_id: UUID, *, until_commit: bool = False
) -> dict[int, LoanProductAutoDisbursalConfig]:
    """The partner's settings by the product's number in Mifos X.

    `until_commit`: nobody changes them before the transaction ends.
    """
    rows = LoanProductAutoDisbursalConfig.objects.filter(partner=partner_id).order_by("pk")
    if until_commit:
        rows = rows.select_for_update(no_key=True)
    return {row.product_id: row for row in rows}


def tracked(partner_id: UUID, loan_ids: Collection[int]) -> dict[int, LoanTracking]:
    """The partner's loans of these numbers in Mifos X."""
    rows = LoanTracking.objects.filter(partner=partner_id, loan_id__in=loan_ids)
    return {row.loan_id: row for row in rows}


def seen_booked(loans: Collection[LoanTracking]) -> dict[UUID, LoanBooking]:
    """Bookings of these loans' payouts that Mifos X showed, also those undone since."""
    rows = LoanBooking.objects.filter(
        loan__in=loans, disbursement=F("loan__disbursement"),
        status__in=(BookingStatus.BOOKED, BookingStatus.UNDONE),
    )  # fmt: skip
    return {row.loan_id: row for row in rows}


def held_by_facts(partner_id: UUID) -> QuerySet[LoanTracking]:
    """Loans that somebody may have put right in Mifos X, the longest unseen first."""
    rows = LoanTracking.objects.filter(
        partner=partner_id, status=LoanStatus.HELD, held_code__in=BY_FACTS - BY_TERMS
    )
    return rows.order_by("seen_at", "id")


def waiting_as_approved(partner_id: UUID) -> QuerySet[LoanTracking]:
    """Loans that were approved when last looked at and are not paid, the longest unseen first."""
    rows = LoanTracking.objects.filter(
        partner=partner_id, mifos_status=LoanState.APPROVED,
        status__in=(LoanStatus.PENDING, LoanStatus.HELD, LoanStatus.FAILED),
    )  # fmt: skip
    return rows.order_by("seen_at", "id")
