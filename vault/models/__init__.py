from vault.models.partner import ApiKey, Partner
from vault.models.shortcode import BalanceQuery, BalanceReading, Shortcode, ShortcodeKind, Wallet

__all__ = [
    "ApiKey",
    "BalanceQuery",
    "BalanceReading",
    "Partner",
    "Shortcode",
    "ShortcodeKind",
    "Wallet",
]
