"""The query strings of payout jobs, their transfers and reversals: filters, limit and cursor.

The filters of jobs and transfers are those of queries/job_selection.py under the API's names.
"""

import base64
import binascii
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter

from disbursements.api import pages
from disbursements.api.list_query import PAGING, Readers, filter_readers, not_empty, read
from disbursements.api.paging import (
    CURSOR_LENGTH_MAX,
    LIMIT_DEFAULT,
    LIMIT_MAX,
    read_limit,
)
from disbursements.queries.filter_values import one_id, several
from disbursements.queries.job_selection import JOBS, WINNERS
from disbursements.rules.contest_settlement import WINNERS_MAX
from disbursements.states import ReversalStatus

# The names of the API and of queries/job_selection.py.
OF_JOBS = {
    "status": "status", "open": "open", "late": "late", "with": "with", "partner": "partner",
    "contestId": "contest", "settlementId": "settlement", "currency": "currency", "from": "from",
    "to": "to",
}  # fmt: skip
OF_TRANSFERS = {
    "status": "state", "waits": "waits", "skip": "skip", "returned": "returned", "userId": "user",
}  # fmt: skip
OF_REVERSALS: Mapping[str, Callable[[str], Any]] = {
    "status": lambda text: several(text, tuple(ReversalStatus), "proposed"),
    "partner": one_id,
    "transferId": one_id,
}


@dataclass(frozen=True, kw_only=True)
class Page(pages.Page):
    """The same; `after_line` is of a job's transfers."""

    after_line: int = 0


@dataclass(frozen=True, kw_only=True)
class ReversalsAsked(pages.Page):
    """A page of reversals, newest first."""

    status: tuple[str, ...] = ()
    partner: UUID | None = None
    transferId: UUID | None = None  # noqa: N815 - the wire's name


def read_jobs(query: Mapping[str, str]) -> Page:
    """Raises ApiError (400) naming each parameter that is wrong."""
    return Page(**read(query, {**PAGING, **filter_readers(JOBS, OF_JOBS)}))


def read_transfers(query: Mapping[str, str]) -> Page:
    """Raises ApiError (400) naming each parameter that is wrong."""
    return Page(**read(query, {**PAGING_BY_LINE, **filter_readers(WINNERS, OF_TRANSFERS)}))


def read_reversals(query: Mapping[str, str]) -> ReversalsAsked:
    """Raises ApiError (400) naming each parameter that is wrong."""
    readers = {name: (name, not_empty(reader)) for name, reader in OF_REVERSALS.items()}
    return ReversalsAsked(**read(query, {**PAGING, **readers}))


def line_cursor(line: int) -> str:
    """The cursor of the page after this line: an opaque text."""
    return base64.urlsafe_b64encode(json.dumps([line]).encode()).decode().rstrip("=")


def parameters(names: Iterable[str], **more: str) -> list[OpenApiParameter]:
    """What the OpenAPI document says of these filters; `more` says it of some anew."""
    said = WORDS | more
    filters = [OpenApiParameter(name, str, description=said[name]) for name in names]
    return [
        OpenApiParameter("limit", int, description=said["limit"]),
        OpenApiParameter("cursor", str, description=said["cursor"]),
        *filters,
    ]


def _line(text: str) -> int:
    try:
        padded = text + "=" * (-len(text) % 4)
        content = base64.b64decode(padded.encode("ascii"), altchars=b"-_", validate=True)
        (line,) = json.loads(content) if len(text) <= CURSOR_LENGTH_MAX else [None]
    except (ValueError, TypeError, binascii.Error, RecursionError):
        line = None
    if isinstance(line, bool) or not isinstance(line, int) or not 1 <= line <= WINNERS_MAX:
        raise ValueError("is not a cursor: take nextCursor of the page before.")
    return line


PAGING_BY_LINE: Readers = {"limit": ("limit", read_limit), "cursor": ("after_line", _line)}
WORDS = {
    "limit": f"1 to {LIMIT_MAX}, {LIMIT_DEFAULT} when left out",
    "cursor": "nextCursor of the page before",
    "status": "One or more, with commas between",
    "open": "yes: not complete",
    "late": "yes: handed in more than 24 hours ago and not complete",
    "with": "Jobs with a transfer that stands so, such as failed_terminal; waiting: with one that "
    "waits for an account",
    "partner": "Only this partner's",
    "contestId": "Of this contest",
    "settlementId": "Of this settlement",
    "currency": "One or more, with commas between",
    "from": "A day or moment, included",
    "to": "A day, included, or a moment, excluded",
    "search": "An id, settlement, contest, user, tr_… or acct_…",
    "waits": "yes: waits for an account that may receive",
    "skip": "Why it waits, such as no_account",
    "returned": "yes: money of it came back",
    "userId": "Of this user",
    "transferId": "Of this transfer",
}
