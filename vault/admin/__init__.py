"""Whose money it is, seen by staff: partners, keys, shortcodes, owners, properties, tenants."""

from vault.admin import (
    api_keys,
    balances,
    collections,
    fee_rules,
    notice_settings,
    notices,
    owners,
    partners,
    properties,
    shortcodes,
    tenants,
)

__all__ = [
    "api_keys", "balances", "collections", "fee_rules", "notice_settings", "notices", "owners",
    "partners", "properties", "shortcodes", "tenants",
]  # fmt: skip
