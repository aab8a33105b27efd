"""A file of payees, row by row, as core/csv_rows.py reads files."""

from collections.abc import Iterator
from dataclasses import dataclass

from core.csv_rows import (
    CELL_LENGTH_MAX,
    LINE_BYTES_MAX,
    BadFile,
    BadRow,
    Columns,
    Lines,
    read_csv,
    without_thousands,
)

__all__ = [
    "CELL_LENGTH_MAX", "COLUMNS", "LINE_BYTES_MAX", "REQUIRED", "BadFile", "BadRow", "Lines",
    "PayeeRow", "read_rows",
]  # fmt: skip

REQUIRED = ("reference", "msisdn", "amount")
COLUMNS = (*REQUIRED, "name", "remarks")
_COLUMNS = Columns(required=REQUIRED, others=("name", "remarks"))


@dataclass(frozen=True, kw_only=True)
class PayeeRow:
    """One payee as it was written; `line` counts from 1, the header's."""

    line: int
    reference: str
    msisdn: str
    amount: str
    name: str = ""
    remarks: str = ""


def read_rows(file: Lines) -> Iterator[PayeeRow | BadRow]:
    """The rows below the header, empty ones left out. Raises BadFile."""
    return read_csv(file, _COLUMNS, _payee)


def _payee(line: int, named: dict[str, str]) -> PayeeRow:
    named["msisdn"] = named["msisdn"].removeprefix("'").strip()
    named["amount"] = without_thousands(named["amount"])
    return PayeeRow(line=line, **named)
