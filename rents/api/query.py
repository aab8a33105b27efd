"""The query strings of the payments' lists: filters by the one table, limit and cursor."""

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from drf_spectacular.utils import OpenApiParameter

from core.callers import Caller
from disbursements.api import paging
from disbursements.api.paging import LIMIT_DEFAULT, Position, read_cursor, read_limit
from disbursements.queries.filter_table import TEXT_LENGTH_MAX as SEARCH_LENGTH_MAX
from disbursements.queries.filter_values import moment, one_id, several
from disbursements.queries.search import amount_in, msisdn_in
from rents.api.entries import LEG_STATUSES, PAID_STATUSES, SEE_PHONES
from rents.api.reads import PENDING, Paid
from rents.queries import search, selection
from vault.api.bodies import shown_name
from vault.api.errors import bad_fields
from vault.models import Payment, Prompt

# The names of the API and of rents/queries/selection.py.
FILTERS = {
    "disbursementStatus": "leg", "partner": "partner", "property": "property", "owner": "owner",
    "tenant": "tenant", "from": "from", "to": "to",
}  # fmt: skip
OF_OWNER = {
    "disbursementStatus": "leg", "property": "property", "owner": "owner", "from": "paid_from",
    "to": "paid_to",
}  # fmt: skip
OF_PROMPTS: dict[str, Callable[[str], Q]] = {
    "partner": lambda text: Q(partner_id=one_id(text)),
    "property": lambda text: Q(property_id=one_id(text)),
    "owner": lambda text: Q(property__owner_id=one_id(text)),
    "tenant": lambda text: Q(tenant_id=one_id(text)),
    "from": lambda text: Q(created_at__gte=moment(text, days=0)),
    "to": lambda text: Q(created_at__lt=moment(text, days=1)),
}


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A page: `filters` by the API's names, checked; no statuses: all."""

    filters: Mapping[str, str]
    statuses: frozenset[Paid] = frozenset(Paid)
    search: str = ""
    limit: int = LIMIT_DEFAULT
    after: Position | None = None


def read_query(
    query: Mapping[str, str],
    *,
    filters: Mapping[str, str] = FILTERS,
    beside: Collection[str] = ("status", "search", "limit", "cursor"),
) -> Asked:
    """The query string. Raises ApiError (400) naming each parameter that is wrong."""
    known = f"is not a parameter. Parameters are: {', '.join([*filters, *beside])}."
    values: dict[str, Any] = {"filters": {}}
    wrong: dict[str, list[str]] = {}
    for name, text in query.items():
        try:
            if name in beside:
                field, reader = READERS[name]
                values[field] = reader(text)
            elif name in filters:
                selection.condition(filters[name], _said(text))
                values["filters"][name] = text
            else:
                wrong[shown_name(name)] = [known]
        except selection.BadSelection as error:
            wrong[name] = [f"{error.message}."]
        except (ValueError, OverflowError) as error:
            wrong[name] = [f"{str(error).removesuffix('.')}."]
    if wrong:
        raise bad_fields(wrong)
    return Asked(**values)


def narrowed(
    rows: QuerySet[Payment], asked: Asked, *, names: Mapping[str, str] = FILTERS
) -> QuerySet[Payment]:
    """The payments among these that are asked for."""
    for name, text in asked.filters.items():
        rows = rows.filter(selection.condition(names[name], text))
    return rows


def payments_asked(
    rows: QuerySet[Payment], asked: Asked, *, caller: Caller
) -> QuerySet[Payment] | None:
    """The payments of the list; None: it is of prompts only."""
    if Paid.SUCCESS not in asked.statuses:
        return None
    rows = narrowed(rows, asked)
    if asked.search:
        may_see = caller.may(SEE_PHONES)
        rows = search.found(rows, text=asked.search, may_see_phones=may_see)
    return rows


def prompts_asked(
    rows: QuerySet[Prompt], asked: Asked, *, caller: Caller
) -> QuerySet[Prompt] | None:
    """The prompts of the list; None: it is of payments only."""
    wanted = asked.statuses & {Paid.PENDING, Paid.FAILED}
    if not wanted or "disbursementStatus" in asked.filters:
        return None
    if len(wanted) == 1:
        rows = rows.filter(PENDING) if Paid.PENDING in wanted else rows.exclude(PENDING)
    for name, text in asked.filters.items():
        rows = rows.filter(OF_PROMPTS[name](text.strip()))
    return rows.filter(_hit(asked.search, caller)) if asked.search else rows


def parameters(names: Sequence[str], **more: str) -> list[OpenApiParameter]:
    """What the OpenAPI document says of these; `more` says something else of one."""
    enums: dict[str, Sequence[str]] = {
        "status": PAID_STATUSES, "disbursementStatus": LEG_STATUSES,
    }  # fmt: skip
    said = WORDS | more
    return [
        OpenApiParameter(name, str, description=said[name], enum=enums[name], many=True,
                         explode=False, style="form")
        if name in enums
        else OpenApiParameter(name, int if name == "limit" else str, description=said[name])
        for name in names
    ]  # fmt: skip


def _hit(term: str, caller: Caller) -> Q:
    """An id, a receipt or a phone exactly; an amount; the beginning of the account; a name."""
    hits = Q(checkout_id=term) | Q(account__istartswith=term) | Q(tenant__name__icontains=term)
    hits |= Q(receipt=term.upper())
    with suppress(ValueError):
        hits |= Q(pk=one_id(term))
    amount, msisdn = amount_in(term), msisdn_in(term)
    if amount is not None:
        hits |= Q(amount_minor=amount)
    if msisdn and caller.may(SEE_PHONES):
        hits |= Q(msisdn=msisdn)
    return hits


def _said(text: str) -> str:
    if not text.strip():
        raise ValueError("is empty: leave it out instead")
    return text


def _statuses(text: str) -> frozenset[Paid]:
    return frozenset(Paid(each) for each in several(text, tuple(Paid), "pending,failed"))


def _search(text: str) -> str:
    term = _said(text).strip()
    if len(term) > SEARCH_LENGTH_MAX or "\x00" in term:
        raise ValueError(f"write at most {SEARCH_LENGTH_MAX} characters")
    return term


READERS: dict[str, tuple[str, Callable[[str], Any]]] = {
    "status": ("statuses", _statuses),
    "search": ("search", _search),
    "limit": ("limit", read_limit),
    "cursor": ("after", read_cursor),
}
WORDS = {
    "status": "One or more, with commas between",
    "disbursementStatus": "One or more, with commas between; payments only, no prompts",
    "search": "An id, receipt, checkout id, phone, amount, account, or part of a name",
    "limit": f"1 to {paging.LIMIT_MAX}, {LIMIT_DEFAULT} when left out",
    "cursor": "nextCursor of the page before",
    "from": "A day or moment, included",
    "to": "A day, included, or a moment, excluded",
    "partner": "Only this partner's",
    "property": "Its id",
    "owner": "The owner's id",
    "tenant": "The tenant's id",
}
__all__ = [
    "FILTERS", "OF_OWNER", "Asked", "narrowed", "parameters", "payments_asked",
    "prompts_asked", "read_query",
]  # fmt: skip
