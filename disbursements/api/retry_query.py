"""The query string of the retry desk: limit, cursor and the filters of queries/selection.py."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet

from core.callers import Caller
from disbursements.api.paging import LIMIT_DEFAULT, Position, read_cursor, read_limit
from disbursements.models import DisbursementRequest
from disbursements.queries import selection as selections
from disbursements.queries.filter_table import TEXT_LENGTH_MAX, BadSelection
from vault.api.bodies import shown_name
from vault.api.errors import ApiError, bad_fields

PAGING = ("limit", "cursor")
FILTERS = (*selections.CONDITIONS, "search")
SEE_PHONES = "disbursements.see_phones"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A page of a selection."""

    limit: int
    after: Position | None
    selection: dict[str, str]


def read_query(query: Mapping[str, str]) -> Asked:
    """The query string. Raises ApiError (400) naming each parameter that is wrong."""
    selection, wrong = read_selection(query, beside=PAGING)
    limit, after = _paging(query, wrong)
    if wrong:
        raise bad_fields(wrong)
    return Asked(limit=limit, after=after, selection=selection)


def read_paging(query: Mapping[str, str]) -> tuple[int, Position | None]:
    """Limit and cursor of a list without filters. Raises ApiError (400)."""
    known = f"is not a parameter. Parameters are: {', '.join(PAGING)}."
    wrong = {shown_name(name): [known] for name in query if name not in PAGING}
    limit, after = _paging(query, wrong)
    if wrong:
        raise bad_fields(wrong)
    return limit, after


def _paging(query: Mapping[str, str], wrong: dict[str, list[str]]) -> tuple[int, Position | None]:
    """Limit and cursor; what is wrong with them is added to `wrong`."""
    limit, after = LIMIT_DEFAULT, None
    try:
        limit = read_limit(query["limit"]) if "limit" in query else limit
    except ValueError as error:
        wrong["limit"] = [str(error)]
    try:
        after = read_cursor(query["cursor"]) if "cursor" in query else after
    except ValueError as error:
        wrong["cursor"] = [str(error)]
    return limit, after


def read_selection(
    values: Mapping[str, str], *, beside: Collection[str] = ()
) -> tuple[dict[str, str], dict[str, list[str]]]:
    """The filters among these values, and what is wrong with which name.

    `beside` are the other names that may stand there.
    """
    known = ", ".join([*beside, *FILTERS])
    selection: dict[str, str] = {}
    wrong: dict[str, list[str]] = {}
    for name, text in values.items():
        if name in beside:
            continue
        if name not in FILTERS:
            wrong[shown_name(name)] = [f"is not a parameter. Parameters are: {known}."]
        elif problem := problem_with(name, text):
            wrong[name] = [f"{problem}."]
        else:
            selection[name] = text
    return selection, wrong


def rows_of(selection: Mapping[str, str], caller: Caller) -> QuerySet[DisbursementRequest]:
    """The caller's payouts of a selection. Raises ApiError (400)."""
    try:
        return selections.rows(
            selection, partners=caller.partners, may_see_phones=caller.may(SEE_PHONES)
        )
    except BadSelection as error:
        raise bad_selection(error) from None


def partners_in(selection: Mapping[str, str], caller: Caller) -> frozenset[UUID] | None:
    """The partner that the selection names, else the caller's; None: all of them."""
    if "partner" not in selection:
        return caller.partners
    named = UUID(selection["partner"].strip())
    return frozenset([named] if caller.may_touch(named) else [])


def bad_selection(error: BadSelection) -> ApiError:
    """400 for the filter that it names."""
    return bad_fields({error.field or "filters": [f"{error.message}."]})


def problem_with(name: str, text: str) -> str:
    """What is wrong with the value of a known filter; empty when it can be read."""
    if not text.strip():
        return "is empty: leave it out instead"
    if name == "search":
        too_long = len(text) > TEXT_LENGTH_MAX or "\x00" in text
        return f"write at most {TEXT_LENGTH_MAX} characters" if too_long else ""
    try:
        selections.condition(name, text)
    except BadSelection as error:
        return error.message
    return ""
