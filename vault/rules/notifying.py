"""When a notice may go out: quiet hours of SMS, waits between tries, and what comes too late."""

from datetime import datetime, time, timedelta

from core.clock import NAIROBI

QUIET_FROM = time(21)
QUIET_UNTIL = time(7)
WAITS_MINUTES = (5, 15, 45, 135, 405)
USELESS_AFTER = timedelta(days=2)
FAILED_FOR_MINUTES = 30


def not_at_night(moment: datetime) -> datetime:
    """The moment itself, or 07:00 in Nairobi where it is between 21:00 and 07:00."""
    local = moment.astimezone(NAIROBI)
    if QUIET_UNTIL <= local.time() < QUIET_FROM:
        return moment
    morning = local.replace(
        hour=QUIET_UNTIL.hour, minute=QUIET_UNTIL.minute, second=0, microsecond=0
    )
    return morning if local.time() < QUIET_UNTIL else morning + timedelta(days=1)


def wait_minutes(tries: int) -> int | None:
    """How long to wait after so many tries that did not leave us; None: give up."""
    return WAITS_MINUTES[tries - 1] if tries <= len(WAITS_MINUTES) else None
