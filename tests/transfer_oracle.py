"""The simulated Stripe's own book against our payouts and our ledger: what does not fit."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from disbursements.models import AttemptOutcome, DisbursementRequest, DisbursementRetryLog
from disbursements.operations.prove_books import breaks
from disbursements.states import DisbursementStatus
from gateways.stripe.amounts import from_stripe
from ledger.queries import balances
from tests.striping import paid_twice, transfers
from tests.wire import Wire

PAID = (DisbursementStatus.COMPLETED, DisbursementStatus.RETURNED)
SETTLED = (*PAID, DisbursementStatus.FAILED, DisbursementStatus.CANCELLED)


def wrong(wire: Wire, *, number: str = "STRIPE", at_rest: bool = True) -> list[str]:
    """One sentence for each thing that does not fit; empty when nobody was paid wrongly.

    `at_rest`: nothing is under way, so that whatever Stripe paid is on record here too.
    """
    found = [*_paid_wrongly(wire, number, at_rest=at_rest), *breaks()]
    if at_rest:
        found += _ledger(wire, number)
    return found


def _paid_wrongly(wire: Wire, number: str, *, at_rest: bool) -> Iterator[str]:
    for twice in paid_twice(wire):
        yield f"paid {twice['times']} times: {twice['reference']}"
    made = {each["metadata"].get("payout_transfer_id"): each for each in transfers(wire)}
    rows = DisbursementRequest.objects.filter(shortcode__number=number)
    for row in rows:
        told = made.pop(str(row.pk), None)
        if row.status in PAID:
            yield from _differs(row, told)
        elif told is not None and (at_rest or row.status in SETTLED):
            yield f"{row} is {row.status}, but Stripe paid it by {told['id']}"
        elif told is not None and not _is_open(row):
            yield f"{row} is {row.status} and proven not paid, but {told['id']} paid it"
    for transfer in made.values():
        yield f"{transfer['id']} belongs to no payout of {number}"


def _differs(row: DisbursementRequest, told: dict[str, Any] | None) -> Iterator[str]:
    if told is None:
        yield f"{row} is {row.status}, but Stripe has no transfer of it"
        return
    currency = told["currency"].upper()
    theirs = (
        told["id"], from_stripe(told["amount"], currency),
        from_stripe(told["amount_reversed"], currency), currency,
    )  # fmt: skip
    ours = (row.receipt, row.amount_minor, row.returned_minor, row.currency)
    if ours != theirs:
        yield f"{row}: we have {ours}, Stripe has {theirs}"


def _is_open(row: DisbursementRequest) -> bool:
    """Nothing is proven of its latest attempt, or somebody says that it was paid."""
    latest = DisbursementRetryLog.objects.filter(disbursement=row).last()
    if latest is None:
        return row.person_needed_at is not None
    return latest.outcome == AttemptOutcome.OPEN or latest.success_reported_at is not None


def _ledger(wire: Wire, number: str) -> Iterator[str]:
    """What left the account by our books, and by Stripe's."""
    moved: defaultdict[str, int] = defaultdict(int)
    for each in transfers(wire):
        currency = each["currency"].upper()
        moved[currency] += from_stripe(each["amount"] - each["amount_reversed"], currency)
    booked: defaultdict[str, int] = defaultdict(int)
    for account in balances(prefix=f"float:{number}:"):
        booked[account.currency] -= account.balance_minor
    for currency in sorted({*moved, *booked}):
        if moved[currency] != booked[currency]:
            yield f"{currency}: Stripe moved {moved[currency]}, the ledger {booked[currency]}"
