"""Deed: who does what to a batch of payouts by hand, why and when."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from core import states
from disbursements.models import DisbursementRequest


@dataclass(frozen=True, kw_only=True)
class Deed:
    """What every verb gets beside its rows, which are locked and judged to be fit for it.

    `moment`: when a retry is to come. `max_retries`: the limit to come.
    """

    reason: str
    actor: str
    at: datetime
    moment: datetime
    details: dict[str, Any] = field(default_factory=dict)
    max_retries: int | None = None

    def move(
        self, rows: Sequence[DisbursementRequest], *, to: str, because: str, **changes: Any
    ) -> None:
        """Along an arrow, each with its Step."""
        states.advance_many(
            rows, to=to, at=self.at, because=f"{because}: {self.reason}", actor=self.actor,
            details=self.details, **changes,
        )  # fmt: skip

    def note(self, rows: Sequence[DisbursementRequest], *, because: str, **details: Any) -> None:
        """A Step without an arrow, on each."""
        states.note_many(
            rows, at=self.at, because=f"{because}: {self.reason}", actor=self.actor,
            details=self.details | details,
        )  # fmt: skip


def alike_in(
    rows: Sequence[DisbursementRequest], value: Callable[[DisbursementRequest], Any]
) -> dict[Any, list[DisbursementRequest]]:
    """The rows by this value of them, so that each group is one statement."""
    groups: dict[Any, list[DisbursementRequest]] = {}
    for row in rows:
        groups.setdefault(value(row), []).append(row)
    return groups
