"""Send the reversals that were approved, and find out about those whose outcome is unknown.

Under one key a reversal happens once for as long as it is repeatable (stripe.md 2). After that
the transfer itself is looked at: it names the newest of its reversals with our ids.
"""

import logging
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from core import clock, locks
from core.secrets import CannotOpen
from disbursements.models import TransferReversal
from disbursements.operations import record_reversal
from disbursements.operations.fence import Fence
from disbursements.operations.record_reversal import Answer
from disbursements.queries import reversals as reads
from disbursements.rules.transfer_keys import repeatable
from gateways import registry
from gateways.errors import GatewayError, Unclear
from gateways.interface import Rail, ReversalOrder, Transferrer
from vault.operations.account_alerts import tell_closed

logger = logging.getLogger(__name__)

BUDGET_S = 40.0
LEASE_S = 120
CLOSED_WAIT_MINUTES = 15


@dataclass(frozen=True, kw_only=True)
class Claimed:
    """One reversal that is written down as on its way; without `order` it is only looked up."""

    reversal: TransferReversal
    provider_id: str
    transferrer: Transferrer
    order: ReversalOrder | None

    @property
    def lock(self) -> str:
        """The name of the fence that is kept through the calls."""
        return f"reversal:{self.reversal.pk}"


def send_reversals() -> int:
    """Work off what is due, within BUDGET_S; returns how many were sent or asked about."""
    ends_s, seen = clock.stopwatch_s() + BUDGET_S, set[UUID]()
    fence = Fence()
    while clock.stopwatch_s() < ends_s:
        claimed = _claim_one(seen)
        if claimed is None:
            break
        try:
            fence.look()
            if not fence.holds():
                break
            answer = _call(claimed)
            record_reversal.record(
                claimed.reversal, answer, earlier_open=_earlier_open(claimed),
                at=clock.database_now(),
            )  # fmt: skip
        finally:
            locks.free_session_locks([claimed.lock])
    return len(seen)


def _claim_one(seen: set[UUID]) -> Claimed | None:
    """The next one that is due, with its fence; what was met stands in `seen`."""
    while True:
        with transaction.atomic(durable=True):
            at = clock.database_now()
            reversal = _next(seen, at)
            if reversal is None:
                return None
            seen.add(reversal.pk)
            claimed = _claim(reversal, at)
        if claimed is not None:
            return claimed


def _next(seen: Collection[UUID], at: datetime) -> TransferReversal | None:
    return (
        reads.to_send(at=at)
        .exclude(pk__in=seen)
        .select_related("disbursement__shortcode")
        .select_for_update(of=("self",), skip_locked=True)
        .first()
    )


def _claim(reversal: TransferReversal, at: datetime) -> Claimed | None:
    row = reversal.disbursement
    try:
        access = row.shortcode.platform_access()
    except CannotOpen as error:
        tell_closed(row.shortcode, error, at=at)
        reversal.ask_at = at + clock.minutes(CLOSED_WAIT_MINUTES)
        reversal.save(update_fields=["ask_at"])
        return None
    claimed = Claimed(
        reversal=reversal, provider_id=row.receipt or "", order=_order(reversal, at),
        transferrer=registry.transferrer(Rail(row.rail), access),
    )  # fmt: skip
    if not locks.try_session_locks([claimed.lock]):
        return None
    if reversal.first_sent_at is None:
        reversal.first_sent_at = at
        reversal.returned_before_minor = row.returned_minor
    reversal.lease_until = at + timedelta(seconds=LEASE_S)
    reversal.save(update_fields=["first_sent_at", "returned_before_minor", "lease_until"])
    return claimed


def _order(reversal: TransferReversal, at: datetime) -> ReversalOrder | None:
    """None: its key may mean nothing any more, and a repeat would take the money back twice."""
    first_sent_at = reversal.first_sent_at
    if first_sent_at is not None and not repeatable(first_sent_at=first_sent_at, at=at):
        return None
    return ReversalOrder(
        key=reversal.key, reversal_id=str(reversal.pk), amount_minor=reversal.amount_minor,
        provider_id=reversal.disbursement.receipt or "", currency=reversal.currency,
        earlier_open=first_sent_at is not None,
    )  # fmt: skip


def _earlier_open(claimed: Claimed) -> bool:
    return claimed.order is None or claimed.order.earlier_open


def _call(claimed: Claimed) -> Answer:
    """Send it, where it may be sent, and then look at the transfer."""
    taken = refused = transfer = unseen = None
    try:
        if claimed.order is not None:
            taken = claimed.transferrer.reverse(claimed.order)
    except GatewayError as error:
        refused = error
    except Exception:
        logger.exception("Reversal %s broke off", claimed.reversal.pk)
        refused = Unclear("The call broke off on our side")
    try:
        transfer = claimed.transferrer.fetch(claimed.provider_id)
    except GatewayError as error:
        unseen = error
    return Answer(taken=taken, refused=refused, seen=transfer, unseen=unseen)
