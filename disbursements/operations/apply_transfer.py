"""Apply Stripe's signed notices of transfers and of our balance (stripe.md 5).

They come twice, late, in any order, and before the answer of the call: what they tell of a
transfer is put on record as an answer is, and only ever adds to what is known.
"""

from datetime import datetime

from django.db import transaction

from core import jobs, money, states
from core.alerts import close_alerts
from disbursements.models import DisbursementRequest, TransferReversal
from disbursements.operations import contradict, match, match_transfer
from disbursements.operations.record_transfer import DUPLICATE_ALERT, record_paid
from disbursements.queries.reversals import UNDER_WAY
from gateways.interface import (
    Arrival,
    BalanceAvailable,
    Delivery,
    NothingForUs,
    Transfer,
    TransferChange,
    TransferChanged,
)
from vault.models import Shortcode
from vault.operations.stripe_balances import record_available
from vault.queries.stripe import platform_of


def apply_transfer_changed(
    *, event: TransferChanged, arrival: Arrival, at: datetime
) -> tuple[Delivery, str]:
    """What became of the notice, and the id of the payout it is about (empty: none)."""
    platform = platform_of(arrival.secret_digest)
    if platform is None:
        return Delivery.UNMATCHED, ""
    transfer = event.transfer
    if transfer.live != platform.platform_access().is_live:
        return Delivery.IGNORED, ""
    with transaction.atomic():
        found = match_transfer.payout_of(transfer)
        if found is None:
            return _orphan(transfer, platform, at), ""
        row = match.locked_row(found.pk)
        if row.shortcode_id != platform.pk:
            match.report_misfit(row, f"it came from the account {platform.number}", at=at)
            return Delivery.UNMATCHED, str(row.pk)
        return _apply(row, event, at), str(row.pk)


def apply_balance_available(
    *,
    event: BalanceAvailable,
    arrival: Arrival,
    at: datetime,  # noqa: ARG001 - what is read again later is as old as it was
) -> tuple[Delivery, str]:
    """Write down what was available when it came, and let what waited for it go on."""
    platform = platform_of(arrival.secret_digest)
    if platform is None:
        return Delivery.UNMATCHED, ""
    record_available(
        account=platform, available_minor=event.available_minor, at=arrival.received_at,
        source="notice",
    )  # fmt: skip
    jobs.after_commit("resume")
    return Delivery.APPLIED, str(platform.pk)


def note_nothing(
    *,
    event: NothingForUs,  # noqa: ARG001
    arrival: Arrival,  # noqa: ARG001 - every delivery has the same shape
    at: datetime,  # noqa: ARG001
) -> tuple[Delivery, str]:
    """A notice that says nothing which we act on."""
    return Delivery.IGNORED, ""


def _apply(row: DisbursementRequest, event: TransferChanged, at: datetime) -> Delivery:
    transfer = event.transfer
    if event.change == TransferChange.REVERSED:
        _ask_about_reversals(row, at)
        if row.receipt is not None and row.receipt != transfer.provider_id:
            return _second_came_back(row, transfer, at)
    attempt = match_transfer.attempt_of(row, transfer)
    if attempt is None:
        text = (
            f"Stripe has the transfer {transfer.provider_id} of it, but nothing was sent yet: "
            "cancel it if that one is right, or reverse that one in the Stripe Dashboard"
        )
        return contradict.for_a_person(row, text, at=at)
    row, attempt = match.locked(attempt)
    returned_minor = row.returned_minor
    delivery = record_paid(
        row, attempt, transfer, at=at,
        because=f"Stripe tells of the transfer {transfer.provider_id}",
    )  # fmt: skip
    if delivery == Delivery.DUPLICATE and row.returned_minor != returned_minor:
        return Delivery.APPLIED
    return delivery


def _second_came_back(row: DisbursementRequest, transfer: Transfer, at: datetime) -> Delivery:
    """Another transfer than the one that paid it: the remedy of a duplicate, no return of it."""
    second, back = transfer.provider_id, money.shown(transfer.reversed_minor, transfer.currency)
    states.note(row, at=at, because=f"{back} of the second transfer {second} came back")
    if transfer.reversed_minor == transfer.amount_minor:
        close_alerts(kind=DUPLICATE_ALERT, key=second, at=at, actor=states.SYSTEM)
    return Delivery.APPLIED


def _ask_about_reversals(row: DisbursementRequest, at: datetime) -> None:
    """The news may be of one whose outcome is unknown: it is looked at now."""
    unknown = TransferReversal.objects.filter(disbursement=row, status__in=UNDER_WAY)
    if unknown.update(ask_at=at):
        jobs.after_commit("reversals")


def _orphan(transfer: Transfer, platform: Shortcode, at: datetime) -> Delivery:
    """A transfer of this account of which we know nothing: told when it looks like ours."""
    if not match_transfer.looks_like_ours(transfer, platform):
        return Delivery.IGNORED
    match_transfer.tell_orphan(transfer, number=platform.number, at=at)
    return Delivery.UNMATCHED
