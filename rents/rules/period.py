"""The days that a statement or report is of: Nairobi's, both ends included."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from core.clock import NAIROBI
from core.refusals import Refused

DAYS_MAX = 366
FIRST_DAY = date(2020, 1, 1)
LAST_DAY = date(2099, 12, 31)
EXAMPLE = "2026-11-21"


class BadPeriod(Refused):
    """A day cannot be read, or the days are not a period."""


@dataclass(frozen=True, kw_only=True)
class Period:
    """From the first day's midnight up to the one after the last day."""

    first_day: date
    last_day: date

    @property
    def starts_at(self) -> datetime:
        """The first moment."""
        return datetime.combine(self.first_day, time(), NAIROBI)

    @property
    def ends_at(self) -> datetime:
        """The first moment after it."""
        return datetime.combine(self.last_day + timedelta(days=1), time(), NAIROBI)

    def __str__(self) -> str:
        return f"{shown_day(self.first_day)} to {shown_day(self.last_day)}"


def period(*, first_day: date, last_day: date) -> Period:
    """Raises BadPeriod unless it is 1 to DAYS_MAX days of this century."""
    if not FIRST_DAY <= first_day <= LAST_DAY:
        raise BadPeriod(f"write a day from {FIRST_DAY} on, such as {EXAMPLE}", field="from")
    if not first_day <= last_day <= LAST_DAY:
        raise BadPeriod(f"write a day from {first_day} on, such as {first_day}", field="to")
    if (last_day - first_day).days >= DAYS_MAX:
        latest = first_day + timedelta(days=DAYS_MAX - 1)
        raise BadPeriod(f"write a day up to {latest}: a year at the most", field="to")
    return Period(first_day=first_day, last_day=last_day)


def read_period(*, first_text: str, last_text: str, today: date) -> Period:
    """The period of two texts such as 2026-11-01; the month up to today where they are empty.

    Raises BadPeriod with the field `from` or `to`.
    """
    last_day = _day(last_text, field="to") or today
    first_day = _day(first_text, field="from") or last_day.replace(day=1)
    return period(first_day=first_day, last_day=last_day)


def shown_day(day: date) -> str:
    """`21 Nov 2026`."""
    return f"{day:%-d %b %Y}"


def shown_moment(at: datetime) -> str:
    """`21 Nov 2026, 14:32 EAT`."""
    return f"{at.astimezone(NAIROBI):%-d %b %Y, %H:%M} EAT"


def _day(text: str, *, field: str) -> date | None:
    text = text.strip()
    if not text:
        return None
    try:
        if len(text) == len(EXAMPLE):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise BadPeriod(f"write a day such as {EXAMPLE}", field=field)
