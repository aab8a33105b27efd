"""What queries/statistics answers with: plain values; money in minor units per currency."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

BASIS_POINTS = 10_000


@dataclass(frozen=True, kw_only=True)
class Money:
    """The payouts of one status and currency."""

    status: str
    currency: str
    count: int
    amount_minor: int


@dataclass(frozen=True, kw_only=True)
class Cause:
    """What is parked for one cause; `totals` per currency."""

    cause: str
    count: int
    totals: Mapping[str, int]


@dataclass(frozen=True, kw_only=True)
class Overview:
    """Of the chosen days, down to `money`; `today` is today; the rest is live, of any day."""

    total: int
    successful: int
    failed: int
    with_retries: int
    money: list[Money]
    today: int
    today_successful: int
    today_failed: int
    waiting: int
    waiting_next_at: datetime | None
    unknown: int
    unknown_oldest_at: datetime | None
    person: int
    parked: list[Cause]


@dataclass(frozen=True, kw_only=True)
class Day:
    """What was instructed on one day, and what became of it by now."""

    day: date
    instructed: int
    paid_first_try: int
    paid_after_retry: int
    failed: int

    @property
    def finished(self) -> int:
        """Paid or failed."""
        return self.paid_first_try + self.paid_after_retry + self.failed

    @property
    def first_try_bps(self) -> int | None:
        """Success without retry in basis points; None when nothing finished."""
        return _bps(self.paid_first_try, self.finished)

    @property
    def in_the_end_bps(self) -> int | None:
        """Success with retry in basis points; None when nothing finished."""
        return _bps(self.paid_first_try + self.paid_after_retry, self.finished)


@dataclass(frozen=True, kw_only=True)
class Code:
    """The payouts that stand with one result code, and when the newest was instructed."""

    code: str
    count: int
    failed: int
    totals: Mapping[str, int]
    last_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Share:
    """One partner's or shortcode's part."""

    id: UUID
    name: str
    count: int
    successful: int
    failed: int
    totals: Mapping[str, int]


@dataclass(frozen=True, kw_only=True)
class Bucket:
    """The payouts that were paid within `minutes` of the instruction and not within less.

    `minutes` is None for those that took longer. The median lies in the one that `has_median`.
    """

    label: str
    minutes: int | None
    count: int
    has_median: bool


@dataclass(frozen=True, kw_only=True)
class Sighting:
    """How many attempts carry a code, and when the newest of them was made."""

    code: str
    count: int
    last_at: datetime


def _bps(part: int, whole: int) -> int | None:
    return BASIS_POINTS * part // whole if whole else None
