"""The timeline of a loan in lanes: the loan in Mifos X and its money by M-Pesa, side by side."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from core.admin.record import Event, Timeline
from loans.queries.timeline import MIFOS, MPESA

LANES = (MIFOS, MPESA)


@dataclass(frozen=True, kw_only=True)
class InLane:
    """An event and the number of its lane, from 1."""

    event: Event
    lane: int
    name: str


@dataclass(frozen=True, kw_only=True)
class Lanes(Timeline):
    """Sources begin with the name of their lane, such as `Mifos X: call out`."""

    template: ClassVar[str] = "loans/lanes.html"
    names: Sequence[str] = LANES

    @property
    def placed(self) -> list[InLane]:
        """Each event with its lane, whose name is taken off its source."""
        return [_placed(event) for event in self.events]


def _placed(event: Event) -> InLane:
    name, parted, rest = event.source.partition(": ")
    lane = name if parted and name in LANES else MIFOS
    source = rest if lane == name else event.source
    shown = replace(event, source=source[:1].upper() + source[1:])
    return InLane(event=shown, lane=LANES.index(lane) + 1, name=lane)
