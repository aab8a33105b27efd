"""The query string of GET /api/disburse: filters, limit and cursor. Pages go by key."""

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from core.clock import NAIROBI
from disbursements.api.fields import ID_EXAMPLE
from disbursements.rules.intake import REFERENCE_LENGTH_MAX
from disbursements.states import DisbursementStatus
from vault.api.errors import bad_fields

LIMIT_DEFAULT = 50
LIMIT_MAX = 200
CURSOR_LENGTH_MAX = 200
YEAR_MIN = 1970
YEAR_MAX = 9000
ALL_STATUSES = ", ".join(DisbursementStatus)


@dataclass(frozen=True, kw_only=True)
class Position:
    """The last row of the page before."""

    created_at: datetime
    id: UUID

    def as_cursor(self) -> str:
        """An opaque text."""
        content = json.dumps([self.created_at.isoformat(), str(self.id)])
        return base64.urlsafe_b64encode(content.encode()).decode().rstrip("=")


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a page is asked to hold: newest first."""

    limit: int = LIMIT_DEFAULT
    after: Position | None = None
    statuses: tuple[str, ...] = ()
    partner_id: UUID | None = None
    client_reference: str | None = None
    created_from: datetime | None = None
    created_before: datetime | None = None


def read_query(query: Mapping[str, str]) -> Asked:
    """The query string, or ApiError (400) naming each parameter that is wrong."""
    values: dict[str, Any] = {}
    wrong: dict[str, list[str]] = {}
    for name, text in query.items():
        if name not in READERS:
            wrong[name[:60]] = [f"is not a parameter. Parameters are: {', '.join(READERS)}."]
            continue
        field, reader = READERS[name]
        try:
            values[field] = reader(text)
        except (ValueError, OverflowError) as error:
            wrong[name] = [str(error)]
    if wrong:
        raise bad_fields(wrong)
    return Asked(**values)


def read_limit(text: str) -> int:
    """How many rows a page holds. Raises ValueError."""
    if not (text.isascii() and text.isdigit() and len(text) <= 6) or not (
        1 <= int(text) <= LIMIT_MAX
    ):
        raise ValueError(f"write a number from 1 to {LIMIT_MAX}, such as {LIMIT_DEFAULT}.")
    return int(text)


def read_cursor(text: str) -> Position:
    """Where the page before ended. Raises ValueError."""
    try:
        padded = text + "=" * (-len(text) % 4)
        content = base64.b64decode(padded.encode("ascii"), altchars=b"-_", validate=True)
        created_at, row_id = json.loads(content) if len(text) <= CURSOR_LENGTH_MAX else ("", "")
        moment = _with_offset(datetime.fromisoformat(created_at))
        return Position(created_at=moment, id=UUID(row_id))
    except (ValueError, TypeError, AttributeError, binascii.Error, RecursionError):
        raise ValueError("is not a cursor: take nextCursor of the page before.") from None


def _statuses(text: str) -> tuple[str, ...]:
    statuses = tuple(dict.fromkeys(part.strip() for part in text.split(",")))
    if set(statuses) - set(DisbursementStatus):
        raise ValueError(f"use one or more of {ALL_STATUSES}, such as queued,retrying.")
    return statuses


def _partner(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise ValueError(f"is not an id, such as {ID_EXAMPLE}.") from None


def _reference(text: str) -> str:
    if not 1 <= len(text) <= REFERENCE_LENGTH_MAX or "\x00" in text:
        raise ValueError(f"write 1 to {REFERENCE_LENGTH_MAX} characters, such as SAL-0001.")
    return text


def _from(text: str) -> datetime:
    return _moment(text, day_offset=0)


def _to(text: str) -> datetime:
    return _moment(text, day_offset=1)


def _moment(text: str, *, day_offset: int) -> datetime:
    """A moment with offset, or a day in Nairobi; `day_offset` 1 is the day's end."""
    try:
        if len(text) == len("2026-11-21"):
            day = date.fromisoformat(text) + timedelta(days=day_offset)
            return _with_offset(datetime.combine(day, time.min, tzinfo=NAIROBI))
        # a plus that was not percent-encoded arrives as a blank
        return _with_offset(datetime.fromisoformat(text.replace(" ", "+")))
    except (ValueError, OverflowError):
        raise ValueError(
            "write a day such as 2026-11-21, or a moment such as 2026-11-21T14:30:00+03:00."
        ) from None


def read_moment(text: str) -> datetime:
    """A moment with offset, never a day alone. Raises ValueError."""
    try:
        return _with_offset(datetime.fromisoformat(text))
    except ValueError:
        raise ValueError("write a moment such as 2026-11-21T14:30:00+03:00.") from None


def _with_offset(moment: datetime) -> datetime:
    if moment.utcoffset() is None or not YEAR_MIN <= moment.year <= YEAR_MAX:
        raise ValueError("a moment of our times has an offset")
    return moment


READERS: dict[str, tuple[str, Callable[[str], Any]]] = {
    "limit": ("limit", read_limit),
    "cursor": ("after", read_cursor),
    "status": ("statuses", _statuses),
    "partner": ("partner_id", _partner),
    "clientReference": ("client_reference", _reference),
    "from": ("created_from", _from),
    "to": ("created_before", _to),
}
