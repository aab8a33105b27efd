"""When a payout that is proven not paid is tried again: a decision as a value."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

BACKOFF_BASE_MINUTES = 5
BACKOFF_FACTOR = 3
BACKOFF_CAP_MINUTES = 135
UNSENT_BASE_S = 30
UNSENT_CAP_S = 900
NEXT_DAY_TRIES_MAX = 3
NEXT_DAY_AT = time(0, 5)
NAIROBI = ZoneInfo("Africa/Nairobi")

RETRY = "retrying"
PARK = "parked"
GIVE_UP = "failed"


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What follows a failure; `wait` only for RETRY, `counted` when it uses up a retry."""

    status: str
    wait: timedelta = timedelta()
    because: str = ""
    counted: bool = True


def decide(
    *, next_step: str, retries_used: int, retries_max: int, next_day_tries: int, at: datetime
) -> Decision:
    """RETRY after 5, 15, 45, then 135 minutes or at 00:05 in Nairobi; PARK; or GIVE_UP.

    `next_step` is the rule's never | backoff | next_day | operator; an `ask` that ended in proof
    is treated as backoff. `at` is the moment of the failure.
    """
    if next_step == "operator":
        return Decision(status=PARK, because="the cause is on our side", counted=False)
    if next_step == "never":
        return Decision(status=GIVE_UP, because="the same again would fail again")
    if retries_used >= retries_max:
        return Decision(status=GIVE_UP, because=f"all {retries_max} retries are used up")
    if next_step == "next_day":
        if next_day_tries >= NEXT_DAY_TRIES_MAX:
            return Decision(status=GIVE_UP, because=f"{NEXT_DAY_TRIES_MAX} days were tried")
        return Decision(status=RETRY, wait=until_next_day(at), because="tomorrow's limit is new")
    return Decision(status=RETRY, wait=backoff(retries_used), because="a passing fault")


def backoff(retries_used: int) -> timedelta:
    """5, 15, 45, 135, 135, … minutes for 0, 1, 2, 3, 4, … retries used."""
    growth = BACKOFF_FACTOR ** min(retries_used, 10)
    return timedelta(minutes=min(BACKOFF_BASE_MINUTES * growth, BACKOFF_CAP_MINUTES))


def unsent_wait(tries: int, *, jitter: float) -> timedelta:
    """30 s doubling to 15 minutes after calls that surely were not accepted.

    `jitter` from 0 to 1 spreads the tries over half a wait, so that workers do not come together.
    """
    seconds = min(UNSENT_BASE_S * 2 ** min(tries, 10), UNSENT_CAP_S)
    return timedelta(seconds=seconds * (1 + jitter / 2))


def until_next_day(at: datetime) -> timedelta:
    """From `at` to the next 00:05 in Nairobi."""
    local = at.astimezone(NAIROBI)
    moment = datetime.combine(local.date(), NEXT_DAY_AT, tzinfo=NAIROBI)
    if moment <= local:
        moment = datetime.combine(local.date() + timedelta(days=1), NEXT_DAY_AT, tzinfo=NAIROBI)
    return moment - local
