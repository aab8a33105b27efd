"""Our own side of payouts: the row, its attempts, and when its story should be over."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import BooleanField, Case, QuerySet, Value, When

from core import clock, masking, money
from core.ids import uuids_of
from disbursements import queries
from disbursements.models import AttemptOutcome, DisbursementRequest, DisbursementRetryLog
from disbursements.queries.of_origin import PAID
from disbursements.states import OPEN_OUTCOME, DisbursementStatus
from reconciliation.rules.sides import Side, Standing

S = DisbursementStatus
# How long after it was sent, or was due, a payout usually has ended.
ENDS_WITHIN = timedelta(hours=1)
PARKED_MAX = timedelta(days=1)
STANDINGS: dict[str, Standing] = {
    S.COMPLETED: Standing.PAID,
    S.RETURNED: Standing.RETURNED,
    S.FAILED: Standing.NOT_PAID,
    S.CANCELLED: Standing.NOT_PAID,
}
OUTCOMES: dict[str, Standing] = {
    AttemptOutcome.OPEN: Standing.OPEN,
    AttemptOutcome.PAID: Standing.PAID,
    AttemptOutcome.NOT_PAID: Standing.NOT_PAID,
}
# What settle_by_hand writes into an attempt's proof_details.
SIGNED = "persons"


@dataclass(frozen=True, kw_only=True)
class Payout:
    """A payout with its attempts, the first one first. `is_paused`: a pause covers it."""

    row: DisbursementRequest
    attempts: tuple[DisbursementRetryLog, ...]
    is_paused: bool

    @property
    def id(self) -> str:
        return str(self.row.pk)

    @property
    def paid_attempt(self) -> DisbursementRetryLog | None:
        """The one that paid."""
        return next((each for each in self.attempts if each.outcome == "paid"), None)


def load(ids: Sequence[str], *, rails: Collection[str]) -> dict[str, Payout]:
    """Those of these payouts that are paid over these rails."""
    wanted = uuids_of(ids)
    rows: list[Any] = list(_rows(wanted, rails))
    attempts: dict[UUID, list[DisbursementRetryLog]] = {row.pk: [] for row in rows}
    for attempt in DisbursementRetryLog.objects.filter(disbursement__in=attempts):
        attempts[attempt.disbursement_id].append(attempt)
    return {
        str(row.pk): Payout(
            row=row, is_paused=row.is_paused,
            attempts=tuple(sorted(attempts[row.pk], key=lambda each: each.retry_attempt)),
        )
        for row in rows
    }  # fmt: skip


def about(attempt: DisbursementRetryLog) -> str:
    """What sides that are about this attempt have in common."""
    return f"attempt {attempt.retry_attempt}"


def row_side(payout: Payout) -> Side:
    """What we have on record."""
    row = payout.row
    standing = STANDINGS.get(row.status, Standing.OPEN)
    if standing == Standing.PAID and row.returned_minor == row.amount_minor:
        standing = Standing.RETURNED
    return Side(
        name="our record", source="row", standing=standing, amount_minor=row.amount_minor,
        currency=row.currency, returned_minor=row.returned_minor, receipt=row.receipt or "",
        is_final=standing != Standing.OPEN, at=row.status_at,
    )  # fmt: skip


def tries(payout: Payout) -> tuple[Side, ...]:
    """Our word on each attempt."""
    return tuple(
        Side(
            name=f"our {about(each)}", source="persons" if is_signed(each) else "row",
            standing=OUTCOMES[each.outcome], amount_minor=payout.row.amount_minor,
            currency=payout.row.currency, about=about(each),
            is_final=each.outcome != AttemptOutcome.OPEN, at=each.settled_at,
        )
        for each in payout.attempts
    )  # fmt: skip


def is_signed(attempt: DisbursementRetryLog) -> bool:
    """Whether two persons settled how it ended."""
    return attempt.outcome != AttemptOutcome.OPEN and SIGNED in attempt.proof_details


def is_said_for(payout: Payout) -> bool:
    """Whether it stands as it does because two persons said so."""
    deciding = payout.paid_attempt or next(iter(payout.attempts[-1:]), None)
    return deciding is not None and is_signed(deciding)


def settled_by(payout: Payout) -> datetime | None:
    """When its story should be over, and of a paid one when the provider should have said so too;
    None where it is over, while it is held, and while it waits to be sent and is paused."""
    row = payout.row
    if row.status in PAID:
        return row.status_at + clock.scaled(ENDS_WITHIN)
    if row.status in OPEN_OUTCOME:
        begun_at = payout.attempts[-1].retry_timestamp if payout.attempts else row.status_at
        return begun_at + clock.scaled(ENDS_WITHIN)
    if row.status == S.PARKED:
        return row.status_at + clock.scaled(PARKED_MAX)
    due_at = {S.QUEUED: row.due_at, S.RETRYING: row.next_retry_at}.get(S(row.status))
    if due_at is None or payout.is_paused:
        return None
    return due_at + clock.scaled(ENDS_WITHIN)


def details(payout: Payout, *, kind: str) -> Mapping[str, object]:
    """What people know it by, as the documented result shows it."""
    row = payout.row
    phone = masking.masked_phone(row.msisdn) if row.msisdn else ""
    return {
        "client": row.payee_name or row.business or row.payee_user or phone,
        "psychologist": row.partner.name,
        "amount": shown_amount(row.amount_minor, row.currency),
        "transactionId": row.receipt or "",
        "kind": kind,
        "reference": row.client_reference,
        "currency": row.currency,
        "partner": row.partner.name,
        "status": row.status,
    }


def shown_amount(amount_minor: int, currency: str) -> int | str:
    """Whole units as a number, such as 2500; with a fraction as text, such as "2500.50"."""
    units = money.major(amount_minor, currency)
    return int(units) if units == int(units) else money.plain(amount_minor, currency)


def title(row: DisbursementRequest) -> str:
    """`REF-1, KES 1,250.00, completed`."""
    shown = money.shown(row.amount_minor, row.currency)
    return masking.without_phones(f"{row.client_reference}, {shown}, {row.status}")


def _rows(ids: list[UUID], rails: Collection[str]) -> "QuerySet[DisbursementRequest]":
    paused = Case(
        When(queries.paused(), then=Value(True)), default=Value(False),
        output_field=BooleanField(),
    )  # fmt: skip
    found = DisbursementRequest.objects.filter(pk__in=ids, rail__in=rails)
    return found.select_related("partner").annotate(is_paused=paused)
