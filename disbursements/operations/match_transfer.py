"""Which payout, and which of its attempts, a transfer of Stripe's is of (stripe.md 2.4, 5.3)."""

from datetime import datetime, timedelta

from core.alerts import raise_alert
from core.ids import as_uuid
from core.models import AlertSeverity
from disbursements.models import (
    AttemptOutcome,
    ConnectedAccount,
    DisbursementRequest,
    DisbursementRetryLog,
)
from gateways.interface import Rail, Transfer
from vault.models import Shortcode

GROUP = "payout-"
ORPHAN_ALERT = "orphan_transfer"
# Stripe's clock and ours; keys that may pay lie hours apart, or minutes after a refusal.
CLOCKS_APART_MAX = timedelta(minutes=10)


def payout_of(transfer: Transfer) -> DisbursementRequest | None:
    """By the id that went along, else by the receipt: what went along can be edited."""
    rows = DisbursementRequest.objects.filter(rail=Rail.STRIPE_TRANSFER)
    named = as_uuid(transfer.transfer_id)
    found = rows.filter(pk=named).first() if named else None
    return found or rows.filter(receipt=transfer.provider_id).first()


def attempt_of(row: DisbursementRequest, transfer: Transfer) -> DisbursementRetryLog | None:
    """The attempt that made it; None when this payout never ordered anything before.

    It names no attempt: all keys of a payout send the same. The one that is on record with it,
    or the latest to its destination that was sent before it was made. Where it fits none, the
    latest attempt is told, whose record then says what does not fit.
    """
    attempts = list(
        DisbursementRetryLog.objects.filter(disbursement=row).order_by("-retry_attempt")
    )
    if row.receipt == transfer.provider_id:
        return next(each for each in attempts if each.outcome == AttemptOutcome.PAID)
    made_at = transfer.created_at + CLOCKS_APART_MAX
    fitting = [
        each
        for each in attempts
        if each.destination == transfer.destination and each.retry_timestamp <= made_at
    ]
    return next(iter(fitting or attempts), None)


def looks_like_ours(transfer: Transfer, platform: Shortcode) -> bool:
    """Whether it seems to be of a payout though it names none: by its group or its account."""
    if transfer.group.startswith(GROUP) and as_uuid(transfer.group.removeprefix(GROUP)):
        return True
    return ConnectedAccount.objects.filter(
        partner_id=platform.partner_id, account_id=transfer.destination
    ).exists()


def tell_orphan(transfer: Transfer, *, number: str, at: datetime) -> None:
    """Somebody must find out about a transfer that belongs to no payout, and may be one twice."""
    raise_alert(
        kind=ORPHAN_ALERT, key=transfer.provider_id, severity=AlertSeverity.CRITICAL, at=at,
        text=f"{number} made the transfer {transfer.provider_id} to {transfer.destination}, which "
        "belongs to no payout of ours: find out who made it. If it paid a winner once more, "
        "reverse it in the Stripe Dashboard.",
        details={"group": transfer.group, "transferId": transfer.transfer_id},
    )  # fmt: skip
