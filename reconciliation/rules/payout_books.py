"""Whether the ledger and the attempts of one payout fit each other and its status."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from core import money

NO_HOLD, OPEN, COMMIT, VOID, LATE = "no hold", "open", "commit", "void", "late"
PAID, NOT_PAID = "paid", "not_paid"
# How the ledger may have booked an attempt of this outcome. `late`: paid after its hold was void.
FITTING = {"open": {OPEN}, PAID: {COMMIT, LATE}, NOT_PAID: {VOID}}
NEVER_TRIED = frozenset({"held", "queued"})
UNDER_WAY = frozenset({"sending", "accepted"})


@dataclass(frozen=True, kw_only=True)
class BookedTry:
    """One attempt and its entries. `said_paid`: reported as paid, against its proof or before."""

    number: int
    outcome: str
    said_paid: bool
    booked: str
    held_minor: int = 0
    paid_minor: int = 0
    fee_minor: int = 0


def problems(
    *, status: str, amount_minor: int, currency: str, tries: Sequence[BookedTry]
) -> Iterator[str]:
    """A sentence for each thing that does not fit; `tries` in their order."""
    for each in tries:
        if each.booked not in FITTING.get(each.outcome, set()):
            yield (
                f"Attempt {each.number} is {_said(each.outcome)}, but the ledger says "
                f"{each.booked}"
            )
        elif each.held_minor != amount_minor:
            held = money.shown(each.held_minor, currency)
            yield f"{held} were held for attempt {each.number}"
    if not _fits(status, tries):
        latest = _said(tries[-1].outcome) if tries else "none"
        yield f"It is {status}, but its latest attempt is {latest}"


def _fits(status: str, tries: Sequence[BookedTry]) -> bool:
    latest = tries[-1] if tries else None
    outcome = latest.outcome if latest else ""
    any_paid = any(each.outcome == PAID for each in tries)
    if status in NEVER_TRIED:
        return latest is None
    if status == "cancelled":
        return outcome in ("", NOT_PAID)
    if status == "returned":
        return any_paid
    if latest is None:
        return False
    if status in UNDER_WAY:
        return outcome == "open"
    if status == "unknown":
        return outcome == "open" or (outcome == NOT_PAID and latest.said_paid)
    if status == "retrying":
        return outcome in ("open", NOT_PAID)
    if status == "completed":
        return outcome == PAID or (outcome == NOT_PAID and any_paid)
    return outcome == NOT_PAID


def _said(outcome: str) -> str:
    return outcome.replace("_", " ")
