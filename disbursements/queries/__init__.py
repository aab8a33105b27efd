"""Reads. What is due and what the result-code table says is used everywhere; the rest by name."""

from disbursements.queries.due import (
    OPEN_ATTEMPT,
    SAID_TO_BE_PAID,
    active_pauses,
    current_attempt,
    next_moment,
    not_paused,
    parked_for,
    releasable,
    shortcodes_not_to_ask,
    shortcodes_to_ask,
    shortcodes_with_due,
    to_ask,
    to_send,
    verdict_on,
)

__all__ = [
    "OPEN_ATTEMPT",
    "SAID_TO_BE_PAID",
    "active_pauses",
    "current_attempt",
    "next_moment",
    "not_paused",
    "parked_for",
    "releasable",
    "shortcodes_not_to_ask",
    "shortcodes_to_ask",
    "shortcodes_with_due",
    "to_ask",
    "to_send",
    "verdict_on",
]
