"""The query strings of loans and of syncs: filters by the one table, limit and cursor."""

from collections.abc import Iterable, Mapping

from drf_spectacular.utils import OpenApiParameter

from disbursements.api.list_query import PAGING, filter_readers, read
from disbursements.api.pages import Page
from disbursements.api.paging import LIMIT_DEFAULT, LIMIT_MAX
from disbursements.queries.filter_table import SEARCH
from loans.queries import runs, selection

# The names of the API and of loans/queries/selection.py.
OF_LOANS = {
    "status": "status", "heldCode": "held", "booking": "booking", "proposal": "proposal",
    "partner": "partner", "loanId": "loan", "productId": "product", "clientId": "client",
    "again": "again", "released": "released", "from": "from", "to": "to",
    "expectedFrom": "expected_from", "expectedTo": "expected_to", "paidFrom": "paid_from",
    "paidTo": "paid_to", "amountFrom": "amount_from", "amountTo": "amount_to",
    "unchangedSince": "unchanged_since",
}  # fmt: skip
OF_RUNS = {
    "partner": "partner", "trigger": "trigger", "errors": "errors", "news": "news",
    "ended": "ended", "from": "from", "to": "to",
}  # fmt: skip
WORDS = {
    "limit": f"1 to {LIMIT_MAX}, {LIMIT_DEFAULT} when left out",
    "cursor": "nextCursor of the page before",
    "status": "One or more, with commas between",
    "heldCode": "Held with one or more of these codes, such as no_phone",
    "booking": "A status of bookings; not_booked: refused or undone; open; none",
    "proposal": "proposed: waits for a second person",
    "partner": "Only this partner's",
    "loanId": "The number in Mifos X; several with commas between",
    "productId": "The product's number in Mifos X",
    "clientId": "The client's number in Mifos X",
    "again": "yes: approved, or paid, more than once",
    "released": "yes: a person released it as it stands",
    "from": "A day or moment, included",
    "to": "A day, included, or a moment, excluded",
    "expectedFrom": "A day, included",
    "expectedTo": "A day, included",
    "paidFrom": "A day or moment, included",
    "paidTo": "A day, included, or a moment, excluded",
    "amountFrom": "What the client receives, in shillings, at least",
    "amountTo": "What the client receives, in shillings, at most",
    "unchangedSince": "In its status since this day or longer",
    "search": "A number or account in Mifos X, client, phone, receipt, reference, amount or id",
}
OF_RUNS_WORDS = {
    "trigger": "What began it: schedule, hook, api, admin or command",
    "errors": "yes: something did not work",
    "news": "yes: something was done, held or did not work",
    "ended": "no: under way",
    "search": "Its id, or who began it",
}


def read_loans(query: Mapping[str, str]) -> Page:
    """Raises ApiError (400) naming each parameter that is wrong."""
    return Page(**read(query, {**PAGING, **filter_readers(selection.TABLE, OF_LOANS)}))


def read_filters(query: Mapping[str, str]) -> dict[str, str]:
    """The filters of loans alone. Raises ApiError (400) naming each that is wrong."""
    found = read(query, filter_readers(selection.TABLE, OF_LOANS))
    chosen: dict[str, str] = found.get("selection", {})
    return chosen


def read_runs(query: Mapping[str, str]) -> Page:
    """Raises ApiError (400) naming each parameter that is wrong."""
    return Page(**read(query, {**PAGING, **filter_readers(runs.TABLE, OF_RUNS)}))


def parameters(names: Iterable[str], **more: str) -> list[OpenApiParameter]:
    """What the OpenAPI document says of these filters; `more` says it of some anew."""
    said = WORDS | more
    return [OpenApiParameter(name, str, description=said[name]) for name in (*names, SEARCH)]


def paging() -> list[OpenApiParameter]:
    """What it says of limit and cursor."""
    return [
        OpenApiParameter("limit", int, description=WORDS["limit"]),
        OpenApiParameter("cursor", str, description=WORDS["cursor"]),
    ]
