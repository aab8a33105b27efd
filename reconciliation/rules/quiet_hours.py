"""Quiet hours of a person: in Nairobi, and they may cross midnight."""

from datetime import datetime, time

from core.clock import NAIROBI


def is_quiet(at: datetime, *, quiet_from: time | None, quiet_until: time | None) -> bool:
    """Whether the moment lies in the hours; their end does not. None: there are none."""
    if quiet_from is None or quiet_until is None:
        return False
    moment = at.astimezone(NAIROBI).time()
    if quiet_from <= quiet_until:
        return quiet_from <= moment < quiet_until
    return moment >= quiet_from or moment < quiet_until
