from vault.models.partner import ApiKey, Partner
from vault.models.shortcode import BalanceQuery, BalanceReading, Shortcode, ShortcodeKind, Wallet
from vault.models.staff import SignInCount, StaffMember

__all__ = [
    "ApiKey",
    "BalanceQuery",
    "BalanceReading",
    "Partner",
    "Shortcode",
    "ShortcodeKind",
    "SignInCount",
    "StaffMember",
    "Wallet",
]
