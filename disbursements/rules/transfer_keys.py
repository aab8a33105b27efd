"""When an idempotency key of Stripe may be used again, and when another one must (stripe.md 2.4).

A key replays for 24 hours what came of its first use, refusals too; after that it pays anew.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

# An hour below the 24 that Stripe keeps a key.
REPEATABLE = timedelta(hours=23)
# How long a look-up that finds nothing may still be behind.
SETTLING = timedelta(minutes=15)


@dataclass(frozen=True, kw_only=True)
class Tried:
    """An earlier attempt; `never_sent`: proven that nothing of it reached Stripe."""

    generation: int
    destination: str
    never_sent: bool
    at: datetime


def repeatable(*, first_sent_at: datetime, at: datetime) -> bool:
    """Whether a key that was first used then still means the same request, not another one."""
    return at - first_sent_at < REPEATABLE


def next_generation(*, tried: Sequence[Tried], destination: str, at: datetime) -> int:
    """Which key the next attempt uses, from 1 on.

    The latest again while nothing that it said can be on record, for the same destination;
    otherwise a new one. All of `tried` are proven not paid.
    """
    if not tried:
        return 1
    latest = max(each.generation for each in tried)
    under_it = [each for each in tried if each.generation == latest]
    unused = all(each.never_sent and each.destination == destination for each in under_it)
    first_sent_at = min(each.at for each in under_it)
    return latest if unused and repeatable(first_sent_at=first_sent_at, at=at) else latest + 1


def not_found_proves(
    *, looked_at: Iterable[datetime], first_sent_at: datetime, last_sent_at: datetime
) -> bool:
    """Whether look-ups that found nothing prove that the key paid nothing.

    Two of them, both when the key was no longer repeatable and SETTLING after anything was sent
    under it, and those SETTLING apart.
    """
    earliest = max(first_sent_at + REPEATABLE, last_sent_at + SETTLING)
    valid = sorted(moment for moment in looked_at if moment >= earliest)
    return bool(valid) and valid[-1] - valid[0] >= SETTLING
