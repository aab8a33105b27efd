from vault.models.collection import Collection
from vault.models.fee_rule import FeeRule
from vault.models.notice import Notice, NoticeKind, NoticeSetting
from vault.models.owner import ForwardWhen, Language, Owner, PaidTo
from vault.models.partner import ApiKey, Partner
from vault.models.payment import Method, Payment
from vault.models.prompt import Prompt
from vault.models.property import AccountReference, Property
from vault.models.shortcode import BalanceQuery, BalanceReading, Shortcode, ShortcodeKind, Wallet
from vault.models.staff import SignInCount, StaffMember
from vault.models.tenant import Tenant, TenantPhone

__all__ = [
    "AccountReference",
    "ApiKey",
    "BalanceQuery",
    "BalanceReading",
    "Collection",
    "FeeRule",
    "ForwardWhen",
    "Language",
    "Method",
    "Notice",
    "NoticeKind",
    "NoticeSetting",
    "Owner",
    "PaidTo",
    "Partner",
    "Payment",
    "Prompt",
    "Property",
    "Shortcode",
    "ShortcodeKind",
    "SignInCount",
    "StaffMember",
    "Tenant",
    "TenantPhone",
    "Wallet",
]
