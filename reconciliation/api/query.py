"""The query strings of the watchtower: the filters of its tables, limit and cursor, spans."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter

from core.callers import Caller
from disbursements.api.list_query import PAGING, Readers, filter_readers, not_empty, read
from disbursements.api.pages import Page
from disbursements.queries.filter_table import SEARCH, FilterTable
from disbursements.queries.filter_values import moment, one_id
from reconciliation.queries import runs
from reconciliation.queries.alerts import STATES
from reconciliation.queries.history import DAY, HOUR
from reconciliation.states import Severity
from vault.api.errors import bad_fields

# The names of the API and of the tables in reconciliation/queries/.
OF_RUNS = {
    "status": "result", "kind": "kind", "trigger": "trigger", "type": "finding",
    "actor": "actor", "bulk": "bulk", "partner": "partner", "sessionId": "id", "from": "from",
    "to": "to",
}  # fmt: skip
OF_FINDINGS = {
    "status": "status", "severity": "severity", "type": "type", "kind": "kind",
    "partner": "partner", "sessionId": "id", "from": "from", "to": "to",
}  # fmt: skip
WORDS = {
    "limit": "1 to 200, 50 when left out",
    "cursor": "nextCursor of the page before",
    "status": "One or more, with commas between",
    "severity": "high, medium, low; with commas between",
    "type": "Types of differences, with commas between",
    "kind": "Kinds of what is checked, with commas between",
    "trigger": "One or more, with commas between",
    "actor": "Whoever asked for it",
    "bulk": "Only of this bulk, by its id",
    "partner": "Only this partner's, by its id",
    "sessionId": "What was checked: our id, a reference or a receipt that it has",
    "from": "A day or moment, included",
    "to": "A day, included, or a moment, excluded",
    "search": "Our id, a reference or a receipt",
    "state": "open (also acknowledged ones), acknowledged, closed",
    "assignedTo": "A username",
    "by": "hour (the last 24 when no span is named) or day (the last 30)",
}
SPANS = {HOUR: timedelta(hours=24), DAY: timedelta(days=30)}
ALERT_ID_DIGITS_MAX = 18


@dataclass(frozen=True, kw_only=True)
class Alerts:
    """Which alerts; `before` is the id of the last one of the page before."""

    limit: int
    before: int | None
    chosen: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class Span:
    """From when to when, by hour or by day."""

    by: str
    since: datetime
    until: datetime


def read_page(query: Mapping[str, str], *, of: FilterTable[Any]) -> Page:
    """Of checks or of findings. Raises ApiError (400) naming each parameter that is wrong."""
    return Page(**read(query, {**PAGING, **filter_readers(of, names_of(of))}))


def names_of(table: FilterTable[Any]) -> dict[str, str]:
    """The API's names of its filters."""
    return OF_RUNS if table is runs.TABLE else OF_FINDINGS


def read_alerts(query: Mapping[str, str], *, limit_default: int) -> Alerts:
    """Raises ApiError (400) naming each parameter that is wrong."""
    readers: Readers = {
        "limit": PAGING["limit"],
        "cursor": ("before", _alert_cursor),
        "state": ("state", _one_of(STATES)),
        "severity": ("severity", _one_of([each.value for each in Severity])),
        "kind": ("kind", not_empty(_stored)),
        "assignedTo": ("assigned_to", not_empty(_stored)),
    }
    found = read(query, readers)
    limit, before = found.pop("limit", limit_default), found.pop("before", None)
    return Alerts(limit=limit, before=before, chosen=found)


def read_partners(query: Mapping[str, str], caller: Caller) -> frozenset[UUID] | None:
    """Whose: the caller's, or of these only the one that is named; another's is nobody's.

    Raises ApiError (400) for another parameter, and for what is no id.
    """
    found = read(query, {"partner": ("partner", not_empty(one_id))})
    return narrowed(caller, found.get("partner"))


def read_span(
    query: Mapping[str, str], caller: Caller, *, at: datetime
) -> tuple[Span, frozenset[UUID] | None]:
    """The span of a history, and whose it is. Raises ApiError (400)."""
    readers: Readers = {
        "by": ("by", _one_of([HOUR, DAY])),
        "from": ("since", not_empty(lambda text: moment(text, days=0))),
        "to": ("until", not_empty(lambda text: moment(text, days=1))),
        "partner": ("partner", not_empty(one_id)),
    }
    found = read(query, readers)
    by, until = found.get("by", HOUR), found.get("until", at)
    since = found.get("since", until - SPANS[by])
    if since >= until:
        raise bad_fields({"from": ["must be before to, such as 2026-11-21."]})
    return Span(by=by, since=since, until=until), narrowed(caller, found.get("partner"))


def narrowed(caller: Caller, named: UUID | None) -> frozenset[UUID] | None:
    """The caller's partners, or the named one where it is theirs."""
    if named is None:
        return caller.partners
    return frozenset([named]) if caller.may_touch(named) else frozenset()


def parameters(names: Iterable[str]) -> list[OpenApiParameter]:
    """What the OpenAPI document says of these."""
    return [
        OpenApiParameter(name, int if name == "limit" else str, description=WORDS[name])
        for name in names
    ]


def listing(names: Mapping[str, str]) -> list[OpenApiParameter]:
    """The parameters of a list with these filters."""
    return parameters(["limit", "cursor", *names, SEARCH])


def _one_of(known: Iterable[str]) -> Callable[[str], str]:
    values = list(known)

    def reader(text: str) -> str:
        if text not in values:
            raise ValueError(f"use one of {', '.join(values)}, such as {values[0]}")
        return text

    return reader


def _stored(text: str) -> str:
    if "\x00" in text or len(text) > 200 or text != text.encode(errors="replace").decode():
        raise ValueError("has characters, or more of them, than anything stored has")
    return text


def _alert_cursor(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= ALERT_ID_DIGITS_MAX):
        raise ValueError("is not a cursor: take nextCursor of the page before")
    return int(text)
