"""What an oracle looks at after a step, and how it says that something is broken."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from disbursements.models import DisbursementRequest, DisbursementRetryLog, Pause
from disbursements.states import DisbursementStatus as Status
from gateways.simulator import Move


class Broken(AssertionError):
    """Something that must always hold does not."""


@dataclass(kw_only=True)
class Seen:
    """The tables as they stand after a step; read once, used by every rule and check."""

    at: datetime
    rows: list[DisbursementRequest]
    attempts: dict[Any, list[DisbursementRetryLog]]
    moves: dict[str, list[Move]]
    pauses: list[Pause]
    unread: bool
    alerts: set[tuple[str, str]] = field(default_factory=set)

    def due(self, name: str, *, at: datetime | None = None) -> bool:
        """Whether this sweep has something to do then, or now."""
        if name == "deliver":
            return self.unread
        return any(moment <= (at or self.at) for moment in self.moments(name))

    def moments(self, name: str) -> list[datetime]:
        """When this sweep's rows fall due, whether or not a pause holds them."""
        found = {
            "send": (row.due_at for row in self.rows if row.status == Status.QUEUED),
            "retry": (row.next_retry_at for row in self.rows if row.status == Status.RETRYING),
            "ask": (row.ask_at for row in self.rows),
            "recover": (row.lease_until for row in self.rows if row.status == Status.SENDING),
        }[name]
        return [moment for moment in found if moment is not None]

    def moves_for(self, row: DisbursementRequest) -> list[Move]:
        """The money that moved for this payout, by the provider's book."""
        return [move for log in self.attempts[row.pk] for move in self.moves_of(log)]

    def moves_of(self, attempt: DisbursementRetryLog) -> list[Move]:
        """The money that moved for this attempt."""
        return self.moves.get(attempt.provider_reference, [])


def demand(holds: bool, otherwise: str) -> None:
    """Raises Broken with the sentence unless it holds."""
    if not holds:
        raise Broken(otherwise)
