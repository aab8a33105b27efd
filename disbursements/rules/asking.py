"""The asking ladder: when to ask what became of a payout, and when a person must (4)."""

from collections.abc import Iterable
from datetime import timedelta
from itertools import chain

FIRST_RUNGS_MINUTES = (2, 5, 15, 60)
HOURS_MAX = 48
CONFIRM_RUNGS_MINUTES = (1, 5, 15, 30, 60)
ALERT_AFTER = timedelta(hours=1)
CONFIRM_FOR = timedelta(hours=1)
NOT_FOUND_APART = timedelta(minutes=15)
NOT_FOUND_AGE_MIN = timedelta(minutes=10)
NOT_FOUND_AGE_MAX = timedelta(hours=48)


def next_rung(age: timedelta) -> timedelta | None:
    """The age at which to ask next: 2, 5, 15, 60 minutes, then hourly to 48 h; None: a person."""
    hours = (60 * hour for hour in range(2, HOURS_MAX + 1))
    return _next(age, chain(FIRST_RUNGS_MINUTES, hours))


def next_confirmation(age: timedelta) -> timedelta | None:
    """Since a failure was reported: 1, 5, 15, 30, 60 minutes; None: nobody contradicted it."""
    return _next(age, CONFIRM_RUNGS_MINUTES)


def not_found_proves(*, answers: Iterable[tuple[timedelta, timedelta]]) -> bool:
    """Whether answers of "no such transaction" prove not paid.

    Each is the attempt's age when we asked and when the answer came; the provider looked
    somewhere between. Two of them at least 15 minutes apart, asked when the attempt was at
    least 10 minutes old and answered before it was 48 hours old.
    """
    valid = [
        (asked, answered)
        for asked, answered in answers
        if asked >= NOT_FOUND_AGE_MIN and answered <= NOT_FOUND_AGE_MAX
    ]
    if not valid:
        return False
    earliest = min(answered for _, answered in valid)
    return max(asked for asked, _ in valid) - earliest >= NOT_FOUND_APART


def second_not_found_helps(*, age: timedelta) -> bool:
    """Whether "no such transaction" at this age and once more 15 minutes later could be proof."""
    return NOT_FOUND_AGE_MIN <= age <= NOT_FOUND_AGE_MAX - NOT_FOUND_APART


def _next(age: timedelta, minutes: "chain[int] | tuple[int, ...]") -> timedelta | None:
    for minute in minutes:
        rung = timedelta(minutes=minute)
        if rung > age:
            return rung
    return None
