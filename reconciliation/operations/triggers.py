"""What a trigger may be called: what a caller says is kept as it is."""

import re

from core.refusals import Refused

_TRIGGER = re.compile(r"[a-z_]{1,40}")


def checked_trigger(trigger: str) -> str:
    """The same. Raises Refused for what is none."""
    if not _TRIGGER.fullmatch(trigger):
        raise Refused(
            "write up to 40 small letters and underlines, such as manual_dashboard",
            field="trigger",
        )
    return trigger
