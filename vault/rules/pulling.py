"""How far back Pull Transactions is asked, and when it has fallen behind (daraja.md 5.5).

The times that Pull tells, and judges by, may be three hours off: each question reaches back over
more than that again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

REACH = timedelta(hours=48)
OVERLAP = timedelta(hours=4)
PIECE = timedelta(hours=6)
AMBER_AFTER = timedelta(hours=24)
RED_AFTER = timedelta(hours=36)


@dataclass(frozen=True, kw_only=True)
class Piece:
    """A part of the time to ask for. Once all of it is written down, `until` is the watermark."""

    since: datetime
    until: datetime


def pieces(*, pulled_until: datetime | None, at: datetime) -> Sequence[Piece]:
    """From the watermark less the overlap to now, oldest first; never beyond what it reaches."""
    earliest = at - REACH
    start = earliest if pulled_until is None else max(pulled_until - OVERLAP, earliest)
    found = []
    while start < at:
        until = min(start + PIECE, at)
        found.append(Piece(since=start, until=until))
        start = until
    return found


def gap(*, pulled_until: datetime | None, at: datetime) -> Piece | None:
    """What Pull does not tell any more, so that only a statement does; None: nothing."""
    earliest = at - REACH
    if pulled_until is None or pulled_until >= earliest:
        return None
    return Piece(since=pulled_until, until=earliest)


def is_amber(behind: timedelta) -> bool:
    """Whether somebody should look."""
    return behind > AMBER_AFTER


def is_red(behind: timedelta) -> bool:
    """Whether payments will soon be out of reach."""
    return behind > RED_AFTER
