"""When collected rent is due to be forwarded. Days and times are Nairobi's."""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from core.clock import NAIROBI
from vault.rules.receivers import NOWHERE, Receiver

AT_ONCE, DAILY, WEEKLY, MONTHLY, BY_HAND = "at_once", "daily", "weekly", "monthly", "by_hand"
TIME_DEFAULT = time(9)
DAYS_OF_WEEK = (
    "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Where to, when, from which amount on and after how many hours rent is forwarded.

    `weekday` 0 is Monday; `monthday` 31 is the last day of every month.
    """

    receiver: Receiver
    when: str = AT_ONCE
    at_time: time = TIME_DEFAULT
    weekday: int | None = None
    monthday: int | None = None
    minimum_minor: int = 0
    hold_hours: int = 0


def next_moment(plan: Plan, *, ready_at: datetime) -> datetime | None:
    """The first moment of the plan at or after `ready_at` (paid_at plus the hold), in UTC.

    None: nothing is forwarded by itself (by hand, or nowhere).
    """
    if plan.receiver.paid_to == NOWHERE or plan.when == BY_HAND:
        return None
    if plan.when == AT_ONCE:
        return ready_at
    for day in _days(plan, since=ready_at.astimezone(NAIROBI).date()):
        slot = datetime.combine(day, plan.at_time, tzinfo=NAIROBI)
        if slot >= ready_at:
            return slot.astimezone(UTC)
    raise ValueError(f"{plan.when!r} has no day: give a weekday or a day of the month")


def in_words(plan: Plan) -> str:
    """`every Friday at 09:00, from KES 1,000.00 on`; without the amount, which has a currency."""
    at = f"at {plan.at_time:%H:%M}"
    match plan.when:
        case "daily":
            text = f"every day {at}"
        case "weekly":
            text = f"every {DAYS_OF_WEEK[plan.weekday or 0]} {at}"
        case "monthly":
            text = f"every month, {_day_in_words(plan.monthday or 1)} {at}"
        case "by_hand":
            text = "only by hand"
        case _:
            text = "at once"
    return f"{text}, held for {plan.hold_hours} h" if plan.hold_hours else text


def _days(plan: Plan, *, since: date) -> Iterator[date]:
    """The days of the plan, beginning on or before `since`; two slots always reach past it."""
    if plan.when == DAILY:
        yield from (since, since + timedelta(days=1))
    elif plan.when == WEEKLY and plan.weekday is not None:
        first = since + timedelta(days=(plan.weekday - since.weekday()) % 7)
        yield from (first, first + timedelta(days=7))
    elif plan.when == MONTHLY and plan.monthday is not None:
        yield _in_month(since, plan.monthday)
        yield _in_month(since.replace(day=1) + timedelta(days=31), plan.monthday)


def _in_month(day: date, monthday: int) -> date:
    """That day of the month of `day`, or its last one where the month is shorter."""
    return day.replace(day=min(monthday, monthrange(day.year, day.month)[1]))


def _day_in_words(monthday: int) -> str:
    return "the last day" if monthday >= 31 else f"day {monthday}"
