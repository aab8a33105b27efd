"""Connected accounts: how they stand, whom to ask about, who waits for theirs."""

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum

from disbursements.models import ConnectedAccount, DisbursementRequest, PayoutTransfer
from disbursements.queries.due import releasable
from disbursements.rules.receiving import CAUSES, Standing
from disbursements.states import DisbursementStatus
from gateways.interface import Capability

REJECTED = "rejected."
# In SQL what rules/receiving.skip_of says of one account; a test compares the two.
RECEIVES = Q(transfers=Capability.ACTIVE, standing_at__isnull=False, left_at=None) & ~Q(
    disabled_reason__startswith=REJECTED
)


def standing_of(*, partner_id: UUID, user_ids: Collection[str]) -> dict[str, Standing]:
    """Each user's account as we know it; a user without one is missing."""
    rows = ConnectedAccount.objects.filter(partner_id=partner_id, user_id__in=user_ids)
    return {row.user_id: standing(row) for row in rows}


def standing(row: ConnectedAccount) -> Standing:
    """The account in the words of rules/receiving.py."""
    return Standing(
        account_id=row.account_id,
        transfers=row.transfers,
        checked=row.standing_at is not None,
        left=row.left_at is not None,
        disabled_reason=row.disabled_reason,
    )


def to_refresh(*, at: datetime) -> QuerySet[ConnectedAccount]:
    """The accounts that are due to be asked about, the longest due first."""
    return ConnectedAccount.objects.filter(refresh_at__lte=at).order_by("refresh_at", "id")


def waiting() -> QuerySet[PayoutTransfer]:
    """Winners that wait for their account, whether held back or refused by Stripe."""
    held = Q(disbursement__status=DisbursementStatus.HELD)
    parked = Q(
        disbursement__status=DisbursementStatus.PARKED, disbursement__parked_cause__in=CAUSES
    )
    return PayoutTransfer.objects.filter(~Q(skip_code=""), held | parked)


def held_back() -> QuerySet[PayoutTransfer]:
    """Winners that were held back before their first try, whose account may receive now."""
    return PayoutTransfer.objects.filter(
        ~Q(skip_code=""), _may_receive("user_id"), disbursement__status=DisbursementStatus.HELD
    )


def parked_back() -> QuerySet[DisbursementRequest]:
    """Payouts that are parked for their account alone, which may receive now."""
    return releasable().filter(_may_receive("payee_user"), parked_cause__in=CAUSES)


def waiting_of(rows: Collection[ConnectedAccount]) -> Mapping[tuple[UUID, str], int]:
    """How many winners wait for each of these accounts, by partner and user."""
    found = (
        waiting()
        .filter(user_id__in=[row.user_id for row in rows])
        .order_by()
        .values_list("partner_id", "user_id")
        .annotate(count=Count("pk"))
    )
    return {(partner_id, user_id): count for partner_id, user_id, count in found}


def amounts_waiting(row: ConnectedAccount) -> dict[str, int]:
    """What waits for this account, in minor units by currency."""
    found = (
        waiting()
        .filter(partner_id=row.partner_id, user_id=row.user_id)
        .order_by()
        .values_list("disbursement__currency")
        .annotate(total_minor=Sum("disbursement__amount_minor"))
    )
    return dict(found)


def under_way(row: ConnectedAccount) -> int:
    """How many payouts of this user are on their way, each to the account it began with."""
    return DisbursementRequest.objects.filter(
        partner_id=row.partner_id, payee_user=row.user_id,
        status__in=[DisbursementStatus.SENDING, DisbursementStatus.UNKNOWN],
    ).count()  # fmt: skip


def _may_receive(user_field: str) -> Exists:
    return Exists(
        ConnectedAccount.objects.filter(
            RECEIVES, partner_id=OuterRef("partner_id"), user_id=OuterRef(user_field)
        )
    )
