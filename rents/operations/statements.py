"""An owner's statement for whoever may have it: to read, and as a file, which is on record."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from core import money, states
from core.callers import Caller
from core.refusals import Refused
from rents.operations.print_statement import pdf
from rents.queries.statement import Statement, statement
from rents.rules import statement_files
from rents.rules.period import Period
from rents.rules.spreadsheet import written
from rents.rules.statement_lines import StatementLine
from vault.models import Owner

PERMISSION = "rents.view_forward"
CONTENT_TYPES = {
    "csv": "text/csv; charset=utf-8", "pdf": "application/pdf", "json": "application/json",
}  # fmt: skip
FILES = ("pdf", "csv")


class NoSuchOwner(Refused):
    """There is no such owner, or the caller may not know of them."""


@dataclass(frozen=True, kw_only=True)
class Taken:
    """A finished file."""

    file_name: str
    content_type: str
    body: bytes


def read(*, owner_id: UUID, period: Period, caller: Caller) -> Statement:
    """The statement: for the owner themselves, and for staff who may see forwards.

    To an owner the others are not there. Raises NotAllowed, NoSuchOwner, TooManyLines.
    """
    is_owner = caller.owner_id is not None
    if not is_owner:
        caller.demand(PERMISSION)
    owner = Owner.objects.select_related("partner").filter(pk=owner_id).first()
    if owner is None or not (
        caller.owner_id == owner_id if is_owner else caller.may_touch(owner.partner_id)
    ):
        raise NoSuchOwner(f"{owner_id} is no owner; take an id from the list", field="owner")
    return statement(owner=owner, period=period)


def take(
    *, owner_id: UUID, period: Period, file_format: str, caller: Caller, at: datetime,
    for_spreadsheet: bool = False,
) -> Taken:  # fmt: skip
    """The statement as a file; the trail of the owner keeps who took it.

    `file_format` is one of FILES. Raises NotAllowed, NoSuchOwner, TooManyLines, Refused.
    """
    makers: dict[str, Callable[[Statement], bytes]] = {
        "pdf": lambda read_one: pdf(read_one, at=at),
        "csv": lambda read_one: _csv(read_one, for_spreadsheet=for_spreadsheet),
    }
    if file_format not in makers:
        raise Refused(f"use one of {', '.join(FILES)}, such as pdf", field="kind")
    found = read(owner_id=owner_id, period=period, caller=caller)
    body = makers[file_format](found)
    with transaction.atomic():
        states.note(
            found.owner, at=at, actor=caller.actor,
            because=f"took the statement of {period} as {file_format}",
        )  # fmt: skip
    view = f"statement_{found.owner.name}"
    return Taken(
        file_name=statement_files.file_name(view=view, days=period, file_format=file_format),
        content_type=CONTENT_TYPES[file_format],
        body=body,
    )


def values(found: Statement) -> dict[str, Any]:
    """The statement for JSON: amounts as exact decimals in text."""
    of, currency = found.totals, found.currency

    def plain(minor: int) -> str:
        return money.plain(minor, currency)

    return {
        "owner": {"id": str(found.owner.pk), "name": found.owner.name},
        "from": found.period.first_day.isoformat(),
        "to": found.period.last_day.isoformat(),
        "currency": currency,
        "opening": plain(found.opening.total_minor),
        "received": plain(of.received_minor),
        "platformFee": plain(of.fee_minor),
        "corrections": plain(of.corrected_minor),
        "handedOver": plain(of.handed_over_minor),
        "paidOut": plain(of.forwarded_minor),
        "closing": plain(found.closing.total_minor),
        "onItsWay": plain(found.closing.forwarding_minor),
        "lines": _line_values(found.lines, currency),
    }


def _line_values(lines: Sequence[StatementLine], currency: str) -> list[dict[str, Any]]:
    return [statement_files.line_values(line, currency=currency) for line in lines]


def _csv(found: Statement, *, for_spreadsheet: bool) -> bytes:
    rows = statement_files.rows(
        found.lines, opening_minor=found.opening.total_minor, days=found.period,
        closing_minor=found.closing.total_minor, currency=found.currency,
    )  # fmt: skip
    return written(rows, for_spreadsheet=for_spreadsheet)
