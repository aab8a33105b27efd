"""What all sides of one subject come to.

Anything that differs is a discrepancy. Otherwise it is pending while it is under way, or while we
say paid and nobody else has; past `settled_by` either is late, which is a discrepancy. Everything
else matches.
"""

from collections.abc import Iterator
from datetime import datetime
from itertools import chain

from reconciliation.rules import (
    amounts,
    books,
    duplicates,
    fees,
    lateness,
    payees,
    standings,
)
from reconciliation.rules.sides import Difference, Judgement, Record, Side, Standing
from reconciliation.states import CheckResult

# What an answer of the provider's may cure or prove.
WORTH_ASKING = frozenset(
    {"amount_mismatch", "duplicate", "late", "missing_at_provider", "status_mismatch"}
)


def judge(record: Record, *, at: datetime) -> Judgement:
    """The result at this moment, each difference once, as bad as anybody says that it is, and
    whether to ask the provider anew.

    It is not asked where the latest word is its answer to a question already, unless the money
    is still under way.
    """
    found: dict[tuple[str, str], Difference] = {}
    for each in _differences(record, at):
        known = found.setdefault((each.kind, each.about), each)
        if each.is_loss and not known.is_loss:
            found[each.kind, each.about] = each
    differences = tuple(found.values())
    result = _result(record, differences)
    return Judgement(
        result=result,
        differences=differences,
        ask=_asking_helps(record, differences, at),
        again_at=lateness.again_at(record, at=at) if result == CheckResult.PENDING else None,
    )


def _differences(record: Record, at: datetime) -> Iterator[Difference]:
    return chain(
        record.problems,
        standings.differences(record),
        amounts.differences(record),
        duplicates.differences(record),
        fees.differences(record),
        books.differences(record),
        payees.differences(record),
        lateness.differences(record, at=at),
    )


def _result(record: Record, differences: tuple[Difference, ...]) -> CheckResult:
    if differences:
        return CheckResult.DISCREPANCY
    if record.row.standing == Standing.OPEN or standings.is_paid_by_our_word_alone(record):
        return CheckResult.PENDING
    return CheckResult.MATCHED


def _asking_helps(record: Record, differences: tuple[Difference, ...], at: datetime) -> bool:
    if record.row.standing == Standing.OPEN:
        told = any(_is_conclusive(each) for each in record.others)
        return told or lateness.is_late(record, at=at)
    if record.others and record.others[-1].source in standings.ASKED:
        return False
    disagree = any(each.kind in WORTH_ASKING for each in differences)
    return disagree or standings.is_paid_by_our_word_alone(record)


def _is_conclusive(side: Side) -> bool:
    return side.standing in standings.PAID | standings.AGAINST
