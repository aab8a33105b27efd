"""How the list of connected accounts is narrowed: as queries/account_selection.py says."""

from collections.abc import Callable

from django.db.models import Q

from disbursements.admin import account_words
from disbursements.admin import filters as payouts
from disbursements.admin.narrowing import Narrowing
from disbursements.queries.account_selection import ACCOUNTS

YES_NO = (("yes", "Yes"), ("no", "No"))


class AccountNarrowing(Narrowing):
    """A value means what ACCOUNTS says."""

    condition: Callable[[str, str], Q] = staticmethod(ACCOUNTS.condition)


class StateFilter(AccountNarrowing):
    """Whether it receives, or why not."""

    template = "disbursements/filter_several.html"
    title = "may it receive"
    parameter_name = "state"
    several = True
    values = tuple((str(state), said[0]) for state, said in account_words.STATES.items())


class WaitsFilter(AccountNarrowing):
    """Those for which winners wait."""

    title = "winners wait for it"
    parameter_name = "waits"
    values = YES_NO


class AskedFilter(AccountNarrowing):
    """Those of whose user Stripe wants to know something."""

    title = "Stripe wants to know something"
    parameter_name = "asked"
    values = YES_NO


class BankFilter(AccountNarrowing):
    """Those whose bank sent money back to the user."""

    title = "the user's bank sent money back"
    parameter_name = "bank"
    values = YES_NO


class TroubleFilter(AccountNarrowing):
    """Those about which the latest question brought no answer."""

    title = "no answer to our latest question"
    parameter_name = "trouble"
    values = YES_NO


class CountryFilter(AccountNarrowing):
    """Countries."""

    template = "disbursements/filter_text.html"
    title = "country"
    parameter_name = "country"
    several = True
    placeholder = "US"


class AccountPartnerFilter(AccountNarrowing, payouts.PartnerFilter):
    """One partner of those that the person may see."""


ACCOUNT_FILTERS = (
    StateFilter, WaitsFilter, AskedFilter, BankFilter, TroubleFilter, CountryFilter,
    AccountPartnerFilter,
)  # fmt: skip
