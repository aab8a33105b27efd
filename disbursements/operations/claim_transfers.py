"""Claiming for a Stripe account: who may receive, at which account, and under which key."""

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from core import states
from disbursements.models import (
    DisbursementRequest,
    DisbursementRetryLog,
    PayoutTransfer,
    Proof,
)
from disbursements.operations import accounts
from disbursements.operations.deed import alike_in
from disbursements.queries.accounts import standing_of
from disbursements.rules.receiving import SAID, Skip, skip_of
from disbursements.rules.transfer_keys import Tried, next_generation
from disbursements.states import DisbursementStatus
from vault.models import Shortcode

API = "stripe"
DIGEST_BYTES = 32


@dataclass(frozen=True, kw_only=True)
class Route:
    """Where a payout goes, and which of its keys it uses."""

    destination: str
    key_generation: int


def routes(
    rows: Sequence[DisbursementRequest], *, shortcode: Shortcode, at: datetime
) -> dict[UUID, Route]:
    """How to send each of these locked rows; those who cannot receive are held back instead."""
    standings = standing_of(
        partner_id=shortcode.partner_id, user_ids={row.payee_user for row in rows}
    )
    skips = {row.pk: skip_of(standings.get(row.payee_user)) for row in rows}
    for skip, waiting in alike_in(rows, lambda row: skips[row.pk]).items():
        if skip is not None:
            hold_back(waiting, skip=skip, at=at)
    fit = [row for row in rows if skips[row.pk] is None]
    _wait_no_longer(fit)
    tried = _tried(fit)
    return {
        row.pk: Route(
            destination=(account_id := standings[row.payee_user].account_id),
            key_generation=next_generation(
                tried=tried.get(row.pk, []), destination=account_id, at=at
            ),
        )
        for row in fit
    }


def hold_back(rows: Sequence[DisbursementRequest], *, skip: Skip, at: datetime) -> None:
    """They wait until the account may receive (operations/accounts.py wakes them).

    In a transaction, on locked rows that are queued or to be retried.
    """
    because = f"not sent: {SAID[skip]}"
    for status, group in alike_in(rows, lambda row: row.status).items():
        if status == DisbursementStatus.QUEUED:
            states.advance_many(group, to=DisbursementStatus.HELD, at=at, because=because)
        else:
            states.advance_many(
                group, to=DisbursementStatus.PARKED, at=at, because=because,
                parked_cause=f"{API}:{skip}", next_retry_at=None,
            )  # fmt: skip
    accounts.ask_soon(
        partner_id=rows[0].partner_id, user_ids={row.payee_user for row in rows}, at=at
    )
    mark([row.pk for row in rows], code=skip, at=at)


def mark(ids: Collection[UUID], *, code: str, at: datetime) -> None:
    """Say with the winners why they wait. In the transaction that makes them wait."""
    PayoutTransfer.objects.filter(pk__in=ids).update(skip_code=code, skipped_at=at)


def attempt_for(row: DisbursementRequest, route: Route, *, at: datetime) -> DisbursementRetryLog:
    """The next attempt; not stored yet. No callback of Stripe's is told by its secret."""
    number = row.attempts_made + 1
    return DisbursementRetryLog(
        disbursement=row,
        retry_attempt=number,
        retry_reason=row.retry_reason or "first try",
        provider_reference=f"{row.pk.hex}:{number}",
        secret_digest=secrets.token_bytes(DIGEST_BYTES),
        shortcode_number=row.shortcode.number,
        retry_timestamp=at,
        destination=route.destination,
        key_generation=route.key_generation,
    )


def _wait_no_longer(rows: Sequence[DisbursementRequest]) -> None:
    """A person may have sent on what was held back, before its account was looked at again."""
    waiting = PayoutTransfer.objects.filter(pk__in=[row.pk for row in rows]).exclude(skip_code="")
    waiting.update(skip_code="", skipped_at=None)


def _tried(rows: Sequence[DisbursementRequest]) -> dict[UUID, list[Tried]]:
    again = [row.pk for row in rows if row.attempts_made]
    if not again:
        return {}
    tried: dict[UUID, list[Tried]] = {}
    for each in DisbursementRetryLog.objects.filter(disbursement__in=again):
        tried.setdefault(each.disbursement_id, []).append(
            Tried(
                generation=each.key_generation, destination=each.destination,
                never_sent=each.proof == Proof.NEVER_SENT, at=each.retry_timestamp,
            )
        )  # fmt: skip
    return tried
