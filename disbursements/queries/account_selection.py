"""Which connected accounts a person means: the same filters for every door.

A selection is a mapping of names to texts, as it stands in an address; what is unknown or
malformed is refused, never ignored.
"""

from collections.abc import Callable

from django.db.models import Exists, OuterRef, Q, QuerySet

from disbursements.models import ConnectedAccount
from disbursements.queries import accounts
from disbursements.queries.filter_table import FilterTable
from disbursements.queries.filter_values import one_id, several, yes
from disbursements.rules.receiving import Skip, skip_of
from gateways.interface import Capability

RECEIVES = "receives"
STATES = (
    RECEIVES, Skip.NOT_CHECKED, Skip.PENDING, Skip.INACTIVE, Skip.UNREQUESTED, Skip.REJECTED,
    Skip.LEFT,
)  # fmt: skip
_LEFT = Q(left_at__isnull=False)
_CHECKED = Q(left_at=None, standing_at__isnull=False)
_REJECTED = Q(disabled_reason__startswith=accounts.REJECTED)
_BY_STATE: dict[str, Q] = {
    RECEIVES: accounts.RECEIVES,
    Skip.LEFT: _LEFT,
    Skip.NOT_CHECKED: Q(left_at=None, standing_at=None),
    Skip.REJECTED: _CHECKED & _REJECTED,
    Skip.PENDING: _CHECKED & ~_REJECTED & Q(transfers=Capability.PENDING),
    Skip.INACTIVE: _CHECKED & ~_REJECTED & Q(transfers=Capability.INACTIVE),
    Skip.UNREQUESTED: _CHECKED & ~_REJECTED & Q(transfers=Capability.UNREQUESTED),
}


def state_of(row: ConnectedAccount) -> str:
    """One of STATES: whether it receives, or why it does not."""
    return skip_of(accounts.standing(row)) or RECEIVES


def _state(text: str) -> Q:
    found = Q(pk__in=[])
    for state in several(text, STATES, Skip.INACTIVE):
        found |= _BY_STATE[state]
    return found


def _waits(text: str) -> Q:
    theirs = accounts.waiting().filter(
        partner_id=OuterRef("partner_id"), user_id=OuterRef("user_id")
    )
    somebody = Q(Exists(theirs))
    return somebody if yes(text) else ~somebody


def _unless(nothing: Q) -> Callable[[str], Q]:
    return lambda text: ~nothing if yes(text) else nothing


CONDITIONS: dict[str, Callable[[str], Q]] = {
    "state": _state,
    "waits": _waits,
    "asked": _unless(Q(currently_due=[], past_due=[])),
    "bank": _unless(Q(bank_failure="")),
    "trouble": _unless(Q(refresh_error="")),
    "user": lambda text: Q(user_id=text),
    "account": lambda text: Q(account_id=text),
    "country": lambda text: Q(country__in=several(text.upper(), None, "US")),
    "partner": lambda text: Q(partner_id=one_id(text)),
}


def found_accounts(
    rows: QuerySet[ConnectedAccount],
    *,
    text: str,
    may_see_phones: bool = False,  # noqa: ARG001 - as every search
) -> QuerySet[ConnectedAccount]:
    """Exactly this user or account; else those whose user or account begins so."""
    term = text.strip()
    if not term:
        return rows
    exact = rows.filter(Q(user_id=term) | Q(account_id=term))
    if exact.exists():
        return exact
    return rows.filter(Q(user_id__istartswith=term) | Q(account_id__istartswith=term))


ACCOUNTS = FilterTable(CONDITIONS, found_accounts)
