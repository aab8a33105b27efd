"""What was paid against what was meant: how much, in which currency, and what came back of it."""

from collections.abc import Iterator

from core import money
from reconciliation.rules.sides import Difference, Record, Side
from reconciliation.rules.standings import PAID

# Of these more is lost when more is paid than was meant; of money in, when less is.
PAID_OUT = frozenset({"disbursement", "payout_transfer", "loan"})


def differences(record: Record) -> Iterator[Difference]:
    """amount_mismatch and currency_mismatch; of each payment once, whoever tells of it."""
    for side in record.others:
        if side.standing not in PAID:
            continue
        if side.currency and side.currency != record.row.currency:
            yield _currency(record, side)
        elif side.amount_minor is not None and record.row.amount_minor is not None:
            yield from _amount(record, side, side.amount_minor, record.row.amount_minor)
    yield from _came_back(record)


def _currency(record: Record, side: Side) -> Difference:
    meant, paid = record.row.currency, side.currency
    return Difference(
        kind="currency_mismatch",
        about=side.receipt or side.about,
        text=f"{side.name} says that {paid} was paid; meant was {meant}",
        here={"currency": meant, **_shown("amount", record.row.amount_minor, meant)},
        there={"currency": paid, **_shown("amount", side.amount_minor, paid), **side.sender},
        there_name=side.name,
        stake_minor=side.amount_minor,
        currency=paid,
        is_loss=not side.is_hearsay,
    )


def _amount(record: Record, side: Side, paid_minor: int, meant_minor: int) -> Iterator[Difference]:
    if paid_minor == meant_minor:
        return
    currency = record.row.currency
    too_much = paid_minor > meant_minor
    here, there = money.shown(meant_minor, currency), money.shown(paid_minor, currency)
    yield Difference(
        kind="amount_mismatch",
        about=side.receipt or side.about,
        text=f"{side.name} says {there}; we say {here}",
        here={"amount": here},
        there={"amount": there, **side.sender},
        there_name=side.name,
        stake_minor=abs(paid_minor - meant_minor),
        currency=currency,
        is_loss=(too_much == (record.kind in PAID_OUT)) and not side.is_hearsay,
    )


def _came_back(record: Record) -> Iterator[Difference]:
    """More came back than we know of. Less is told wherever the word is older than ours."""
    row, told = record.row, [each for each in record.others if _is_of_ours(record, each)]
    if row.returned_minor is None or not told:
        return
    latest = max(told, key=lambda each: each.returned_minor or 0)
    back_minor = latest.returned_minor or 0
    if back_minor <= row.returned_minor:
        return
    here = money.shown(row.returned_minor, row.currency)
    there = money.shown(back_minor, row.currency)
    yield Difference(
        kind="amount_mismatch",
        about="returned",
        text=f"{latest.name} says that {there} came back; we say {here}",
        here={"came back": here},
        there={"came back": there},
        there_name=latest.name,
        stake_minor=back_minor - row.returned_minor,
        currency=row.currency,
    )


def _is_of_ours(record: Record, side: Side) -> bool:
    """What came back of another transfer than ours was the remedy of a duplicate."""
    ours = record.row.receipt
    return side.returned_minor is not None and (not ours or side.receipt in ("", ours))


def _shown(name: str, amount_minor: int | None, currency: str) -> dict[str, str]:
    return {} if amount_minor is None else {name: money.shown(amount_minor, currency)}
