"""Whose money it is, seen by staff: partners, API keys, shortcodes, balances."""

from vault.admin import api_keys, balances, partners, shortcodes

__all__ = ["api_keys", "balances", "partners", "shortcodes"]
