"""The first paragraph of sending: claim, write the attempt, hold the money, commit."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

import ledger.operations as books
from core import locks, states
from disbursements import queries
from disbursements.models import DisbursementRequest, DisbursementRetryLog
from disbursements.operations import claim_transfers, pace
from disbursements.operations.claim_transfers import Route
from disbursements.operations.paid_from import paid_from
from disbursements.operations.transfer_orders import order_of
from disbursements.states import DisbursementStatus
from gateways import inbox, registry
from gateways.interface import (
    BusinessOrder,
    CallbackUrls,
    Order,
    PayoutOrder,
    Rail,
    ReceiverKind,
    TransferOrder,
)
from ledger import chart
from vault.models import Shortcode, ShortcodeKind

BATCH_MAX = 200
LEASE_S = 120
REFERENCE_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
REFERENCE_LENGTH = 17


@dataclass(frozen=True, kw_only=True)
class Claimed:
    """One attempt that is written down, to be called at `ready_s` of clock.stopwatch_s()."""

    disbursement: DisbursementRequest
    attempt: DisbursementRetryLog
    order: Order | TransferOrder
    ready_s: float

    @property
    def lock(self) -> str:
        """The name of the fence that its sender keeps through the call."""
        return attempt_lock(self.attempt)


def attempt_lock(attempt: DisbursementRetryLog) -> str:
    """The name of the advisory lock that marks a living sender."""
    return f"attempt:{attempt.pk}"


def claim(
    *, shortcode: Shortcode, status: str, at: datetime, of: Q = queries.ANY
) -> list[Claimed]:
    """Claim a batch of this shortcode's due rows, each with a new attempt; only `of` those.

    When this returns, the attempts are committed and this session holds their fences.
    """
    claimed = None
    while claimed is None:
        with transaction.atomic(durable=True):
            claimed = _claim_some(shortcode, status, at, of)
    return claimed


def _claim_some(shortcode: Shortcode, status: str, at: datetime, of: Q) -> list[Claimed] | None:
    """None when all that was found is held back now: behind it there may be more."""
    room = min(BATCH_MAX, pace.free_slots(shortcode=shortcode, at=at))
    found = list(
        queries.to_send(status=status, at=at, of=of)
        .filter(shortcode=shortcode)
        .select_for_update(of=("self",), skip_locked=True)[:room]
    )
    for row in found:
        row.shortcode = shortcode
    rows, routes = _one_each(found), {}
    if rows and shortcode.kind == ShortcodeKind.STRIPE:
        routes = claim_transfers.routes(rows, shortcode=shortcode, at=at)
        rows = [row for row in rows if row.pk in routes]
        if not rows:
            return None
    if not rows:
        return []
    slots = pace.take(shortcode=shortcode, count=len(rows), at=at)
    claimed = [
        _write_down(row, slots.ready_s(position, at=at), at, routes.get(row.pk))
        for position, row in enumerate(rows)
    ]
    DisbursementRetryLog.objects.bulk_create([each.attempt for each in claimed])
    locks.try_session_locks(each.lock for each in claimed)
    _hold(claimed, at)
    _advance(rows, slots.moment(len(rows)), at)
    return claimed


def new_reference() -> str:
    """An OriginatorConversationID of ours: under 20 characters, 85 random bits (daraja.md 3.1)."""
    return "PV" + "".join(secrets.choice(REFERENCE_ALPHABET) for _ in range(REFERENCE_LENGTH))


def _write_down(
    row: DisbursementRequest, ready_s: float, at: datetime, route: Route | None
) -> Claimed:
    if route is not None:
        tried = claim_transfers.attempt_for(row, route, at=at)
        return Claimed(
            disbursement=row, attempt=tried, order=order_of(row, tried), ready_s=ready_s
        )
    provider = registry.provider_of(Rail(row.rail))
    kind = registry.result_kind(Rail(row.rail))
    secret = inbox.new_secret(provider=provider, kind=kind)
    attempt = DisbursementRetryLog(
        disbursement=row,
        retry_attempt=row.attempts_made + 1,
        retry_reason=row.retry_reason or "first try",
        provider_reference=new_reference(),
        secret_digest=inbox.secret_digest(secret),
        shortcode_number=row.shortcode.number,
        retry_timestamp=at,
        beneficiary=row.beneficiary,
    )
    url = inbox.callback_url
    urls = CallbackUrls(
        result=url(provider=provider, kind=kind, secret=secret),
        timeout=url(provider=provider, kind=f"{kind}-timeout", secret=secret),
    )
    order = _order(row, attempt.provider_reference, urls)
    return Claimed(disbursement=row, attempt=attempt, order=order, ready_s=ready_s)


def _order(row: DisbursementRequest, reference: str, urls: CallbackUrls) -> Order:
    shared: dict[str, Any] = {
        "amount_minor": row.amount_minor, "currency": row.currency, "command_id": row.command_id,
        "remarks": row.remarks, "occasion": row.client_reference, "urls": urls,
    }  # fmt: skip
    if row.beneficiary:
        return BusinessOrder(
            receiver_number=row.receiver_number, receiver_kind=ReceiverKind(row.receiver_kind),
            account_reference=row.account_reference, **shared,
        )  # fmt: skip
    return PayoutOrder(reference=reference, msisdn=row.msisdn, **shared)


def _one_each(rows: list[DisbursementRequest]) -> list[DisbursementRequest]:
    """Without those whose beneficiary has an unresolved payout, or a second one among these.

    Whoever else claims for the same beneficiary at this moment holds its lock until the commit.
    """
    wanted: dict[str, DisbursementRequest] = {}
    for row in rows:
        if row.beneficiary and row.beneficiary not in wanted:
            wanted[row.beneficiary] = row
    if not wanted:
        return rows
    mine = {each for each in wanted if locks.try_transaction_lock(f"beneficiary:{each}")}
    # A statement of its own, after the locks: it sees what their last holder has committed.
    mine -= queries.unresolved_beneficiaries(mine)
    return [
        row
        for row in rows
        if not row.beneficiary or (row.beneficiary in mine and wanted[row.beneficiary] is row)
    ]


def _hold(claimed: Sequence[Claimed], at: datetime) -> None:
    books.hold_many(
        holdings=[
            books.Holding(
                reference=each.attempt.hold_reference,
                description=f"{each.disbursement.client_reference}, attempt "
                f"{each.attempt.retry_attempt}",
                lines=[
                    books.Debit(
                        chart.reserved(each.attempt.shortcode_number, each.order.currency),
                        each.order.amount_minor,
                    ),
                    books.Credit(
                        paid_from(
                            each.disbursement, shortcode_number=each.attempt.shortcode_number
                        ),
                        each.order.amount_minor,
                    ),
                ],
            )
            for each in claimed
        ],
        at=at,
    )


def _advance(rows: Sequence[DisbursementRequest], last_slot: datetime, at: datetime) -> None:
    """To `sending`, with a lease that covers the wait for the last slot of the batch."""
    lease_until = max(last_slot, at) + timedelta(seconds=LEASE_S)
    by_attempts: dict[int, list[DisbursementRequest]] = {}
    for row in rows:
        by_attempts.setdefault(row.attempts_made, []).append(row)
    for attempts_made, group in by_attempts.items():
        states.advance_many(
            group, to=DisbursementStatus.SENDING, at=at, because="claimed for sending",
            lease_until=lease_until, attempts_made=attempts_made + 1, next_retry_at=None,
            ask_at=None,
        )  # fmt: skip
