"""Reads. Access, keys and wallets by name here; each other subject in its own module."""

from vault.queries.access import (
    active_shortcodes,
    api_key,
    caller_of,
    latest_readings,
    may_have_token,
    open_alert_keys,
    partners_of_staff,
    staff_of,
)

__all__ = [
    "active_shortcodes", "api_key", "caller_of", "latest_readings", "may_have_token",
    "open_alert_keys", "partners_of_staff", "staff_of",
]  # fmt: skip
