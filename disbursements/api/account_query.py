"""The query string of GET /api/payouts/accounts: filters, limit and cursor."""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from drf_spectacular.utils import OpenApiParameter

from disbursements.api.paging import CURSOR_LENGTH_MAX, LIMIT_DEFAULT, LIMIT_MAX, read_limit
from disbursements.queries.account_selection import ACCOUNTS, STATES
from disbursements.queries.filter_table import SEARCH, BadSelection
from vault.api.bodies import shown_name
from vault.api.errors import bad_fields

ROW_ID_MAX = 2**63 - 1
# The names of the API and of queries/account_selection.py.
OURS = {
    "state": "state", "waiting": "waits", "asked": "asked", "bankFailed": "bank",
    "checkFailed": "trouble", "userId": "user", "accountId": "account", "country": "country",
    "partner": "partner", SEARCH: SEARCH,
}  # fmt: skip
WORDS = {
    "state": f"One or more, with commas between: {', '.join(STATES)}",
    "waiting": "yes: winners wait for it",
    "asked": "yes: Stripe wants to know something of its user",
    "bankFailed": "yes: the user's bank sent money back",
    "checkFailed": "yes: our latest question to Stripe brought no answer",
    "userId": "Of this user",
    "accountId": "With this id at Stripe",
    "country": "One or more, with commas between",
    "partner": "Only this partner's",
    SEARCH: "A user or an account, or how it begins",
}
PARAMETERS = [
    OpenApiParameter("limit", int, description=f"1 to {LIMIT_MAX}, {LIMIT_DEFAULT} by itself"),
    OpenApiParameter("cursor", str, description="nextCursor of the page before"),
    *[OpenApiParameter(name, str, description=said) for name, said in WORDS.items()],
]


@dataclass(kw_only=True)
class AccountsAsked:
    """A page of accounts, the newest first; `before_id`: below this row of the page before."""

    limit: int = LIMIT_DEFAULT
    before_id: int | None = None
    selection: dict[str, str] = field(default_factory=dict)


def read_query(query: Mapping[str, str]) -> AccountsAsked:
    """Raises ApiError (400) naming each parameter that is wrong."""
    asked, wrong = AccountsAsked(), {}
    for name, text in query.items():
        try:
            _read(asked, name, text)
        except BadSelection as error:
            wrong[shown_name(name)] = [f"{error.message.removesuffix('.')}."]
        except ValueError as error:
            wrong[shown_name(name)] = [str(error)]
    if wrong:
        raise bad_fields(wrong)
    return asked


def as_cursor(row_id: int) -> str:
    """An opaque text for the page below this row."""
    return base64.urlsafe_b64encode(json.dumps([row_id]).encode()).decode().rstrip("=")


def _read(asked: AccountsAsked, name: str, text: str) -> None:
    if name == "limit":
        asked.limit = read_limit(text)
    elif name == "cursor":
        asked.before_id = _row_id(text)
    elif name not in OURS:
        known = ", ".join(["limit", "cursor", *OURS])
        raise ValueError(f"is not a parameter. Parameters are: {known}.")
    elif not text.strip():
        raise ValueError("is empty: leave it out instead.")
    else:
        if name != SEARCH:
            ACCOUNTS.condition(OURS[name], text)
        asked.selection[OURS[name]] = text


def _row_id(text: str) -> int:
    try:
        padded = text + "=" * (-len(text) % 4)
        content = base64.b64decode(padded.encode("ascii"), altchars=b"-_", validate=True)
        (row_id,) = json.loads(content) if len(text) <= CURSOR_LENGTH_MAX else [None]
    except (ValueError, TypeError, binascii.Error, RecursionError):
        row_id = None
    if isinstance(row_id, bool) or not isinstance(row_id, int) or not 0 < row_id <= ROW_ID_MAX:
        raise ValueError("is not a cursor: take nextCursor of the page before.")
    return row_id
