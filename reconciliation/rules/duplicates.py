"""Whether one subject was paid more than once: each payment has a receipt of its own."""

from collections.abc import Iterator

from core import money
from reconciliation.rules.sides import Difference, Record, Side, Standing
from reconciliation.rules.standings import PAID


def differences(record: Record) -> Iterator[Difference]:
    """duplicate, of each receipt beside the first. What came back whole is one no more."""
    first = _first(record)
    if first is None:
        return
    seen = {first.receipt}
    back = {each.receipt for each in record.others if each.standing == Standing.RETURNED}
    for side in sorted(record.others, key=lambda each: each.is_hearsay):
        if side.standing != Standing.PAID or not side.receipt or side.receipt in seen | back:
            continue
        seen.add(side.receipt)
        yield _duplicate(record, first, side)


def _first(record: Record) -> Side | None:
    """Our own receipt, else the first that anybody tells of."""
    sides = (record.row, *record.others)
    return next((each for each in sides if each.standing in PAID and each.receipt), None)


def _duplicate(record: Record, first: Side, second: Side) -> Difference:
    currency = second.currency or record.row.currency
    return Difference(
        kind="duplicate",
        about=second.receipt,
        text=f"Paid by {first.receipt}, and again by {second.receipt}, as {second.name} says",
        here=_facts(first, currency),
        there=_facts(second, currency),
        there_name=second.name,
        stake_minor=second.amount_minor or record.row.amount_minor,
        currency=currency,
        is_loss=not second.is_hearsay,
    )


def _facts(side: Side, currency: str) -> dict[str, str]:
    facts = {"receipt": side.receipt, **side.sender}
    if side.amount_minor is not None:
        facts["amount"] = money.shown(side.amount_minor, side.currency or currency)
    return facts
