"""An owner's statement as rows of a spreadsheet and as JSON."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any, Protocol

from core import money
from core.clock import NAIROBI
from rents.rules.spreadsheet import safe
from rents.rules.statement_lines import StatementLine

COLUMNS = (
    "date", "kind", "receipt", "property", "unit", "tenant", "paid_at", "received", "fee", "owed",
    "paid_out", "balance", "currency", "parts", "note",
)  # fmt: skip
NAME_LENGTH_MAX = 60


class Days(Protocol):
    """From the first to the last day, both included."""

    @property
    def first_day(self) -> date: ...
    @property
    def last_day(self) -> date: ...


def file_name(*, view: str, days: Days, file_format: str) -> str:
    """`statement_mary-example_2026-11-01_2026-11-30_EAT.pdf`: view, range and zone."""
    plain = unicodedata.normalize("NFKD", view).encode("ascii", "ignore").decode().lower()
    name = re.sub(r"[^a-z0-9_]+", "-", plain).strip("-")[:NAME_LENGTH_MAX].strip("-")
    return f"{name or 'owner'}_{days.first_day}_{days.last_day}_EAT.{file_format}"


def rows(
    lines: Sequence[StatementLine], *, opening_minor: int, closing_minor: int, days: Days,
    currency: str,
) -> Iterator[list[str]]:  # fmt: skip
    """The head, the opening, a row per line, the closing. Texts are safe in a spreadsheet."""
    yield list(COLUMNS)
    yield _standing("opening", days.first_day, opening_minor, currency)
    for line in lines:
        amounts = (line.received_minor, line.fee_minor, line.owed_minor, line.paid_out_minor)
        yield [
            moment(line.at), line.kind.value, safe(line.receipt), safe(line.property_name),
            safe(line.unit), safe(line.tenant_name), moment(line.paid_at) if line.paid_at else "",
            *(money.plain(minor, currency) if minor else "" for minor in amounts),
            money.plain(line.balance_minor, currency), currency,
            " ".join(f"{part.receipt}:{money.plain(part.amount_minor, currency)}"
                     for part in line.parts),
            safe(line.note),
        ]  # fmt: skip
    yield _standing("closing", days.last_day, closing_minor, currency)


def line_values(line: StatementLine, *, currency: str) -> dict[str, Any]:
    """A line for JSON: amounts as exact decimals in text, moments with their offset."""
    return {
        "date": moment(line.at),
        "kind": line.kind.value,
        "receipt": line.receipt,
        "paymentId": str(line.payment_id) if line.payment_id else None,
        "forwardId": str(line.forward_id) if line.forward_id else None,
        "propertyName": line.property_name,
        "unit": line.unit,
        "tenantName": line.tenant_name,
        "paidAt": moment(line.paid_at) if line.paid_at else None,
        "received": money.plain(line.received_minor, currency),
        "platformFee": money.plain(line.fee_minor, currency),
        "owed": money.plain(line.owed_minor, currency),
        "paidOut": money.plain(line.paid_out_minor, currency),
        "balance": money.plain(line.balance_minor, currency),
        "parts": [
            {"receipt": part.receipt, "amount": money.plain(part.amount_minor, currency)}
            for part in line.parts
        ],
        "note": line.note,
    }


def moment(at: datetime) -> str:
    """`2026-11-21T14:32:05+03:00`."""
    return at.astimezone(NAIROBI).isoformat(timespec="seconds")


def _standing(kind: str, day: date, balance_minor: int, currency: str) -> list[str]:
    cells = dict.fromkeys(COLUMNS, "")
    cells |= {
        "date": day.isoformat(), "kind": kind, "currency": currency,
        "balance": money.plain(balance_minor, currency),
    }  # fmt: skip
    return list(cells.values())
