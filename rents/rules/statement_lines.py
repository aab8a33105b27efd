"""The lines of an owner's statement and what they add up to. Amounts are minor units."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class LineKind(StrEnum):
    """What happened. `handed_over`: the owner had the money already, as with cash."""

    RENT = "rent"
    TAKEN_BACK = "taken_back"
    FORWARD = "forward"
    HANDED_OVER = "handed_over"
    FORWARD_REVERSED = "forward_reversed"
    OTHER = "other"


@dataclass(frozen=True, kw_only=True)
class Part:
    """A rent that went out with a transfer: its receipt, and what was owed of it."""

    receipt: str
    amount_minor: int


@dataclass(frozen=True, kw_only=True)
class StatementLine:
    """One booking on the owner's accounts; `balance_minor` is what stands after it.

    What was taken back has negative amounts. `received_minor` = `fee_minor` + `owed_minor`.
    """

    at: datetime
    kind: LineKind
    entry: str
    receipt: str = ""
    payment_id: UUID | None = None
    forward_id: UUID | None = None
    property_name: str = ""
    tenant_name: str = ""
    unit: str = ""
    paid_at: datetime | None = None
    received_minor: int = 0
    fee_minor: int = 0
    owed_minor: int = 0
    paid_out_minor: int = 0
    balance_minor: int = 0
    parts: tuple[Part, ...] = ()
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Totals:
    """Sums over lines. Corrections (taken back, other) are apart from rents and transfers."""

    rents: int = 0
    received_minor: int = 0
    fee_minor: int = 0
    owed_minor: int = 0
    corrected_minor: int = 0
    handed_over_minor: int = 0
    forwards: int = 0
    forwarded_minor: int = 0

    @property
    def change_minor(self) -> int:
        """By how much the balance moved."""
        moved_in = self.owed_minor + self.corrected_minor
        return moved_in - self.handed_over_minor - self.forwarded_minor


def with_balances(
    lines: Sequence[StatementLine], *, opening_minor: int
) -> tuple[StatementLine, ...]:
    """Each line with what stands after it."""
    balance_minor = opening_minor
    carried = []
    for line in lines:
        balance_minor += line.owed_minor - line.paid_out_minor
        carried.append(replace(line, balance_minor=balance_minor))
    return tuple(carried)


def totals(lines: Sequence[StatementLine]) -> Totals:
    """What the lines add up to."""
    of = {kind: [line for line in lines if line.kind is kind] for kind in LineKind}
    rents, out = of[LineKind.RENT], of[LineKind.FORWARD] + of[LineKind.FORWARD_REVERSED]
    corrections = of[LineKind.TAKEN_BACK] + of[LineKind.OTHER]
    return Totals(
        rents=len(rents),
        received_minor=sum(line.received_minor for line in rents),
        fee_minor=sum(line.fee_minor for line in rents),
        owed_minor=sum(line.owed_minor for line in rents),
        corrected_minor=sum(line.owed_minor - line.paid_out_minor for line in corrections),
        handed_over_minor=sum(line.paid_out_minor for line in of[LineKind.HANDED_OVER]),
        forwards=len(of[LineKind.FORWARD]),
        forwarded_minor=sum(line.paid_out_minor for line in out),
    )
