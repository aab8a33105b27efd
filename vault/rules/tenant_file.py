"""A file of tenants, row by row, as core/csv_rows.py reads files."""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

from core.csv_rows import SHOWN_MAX, BadFile, BadRow, Columns, read_csv

__all__ = [
    "BYTES_MAX", "COLUMNS", "SHOWN_MAX", "BadFile", "BadRow", "TenantRow", "phones_in",
    "read_rows",
]  # fmt: skip

_COLUMNS = Columns(required=("property", "tenant"), others=("unit", "account", "phones", "rent"))
COLUMNS = _COLUMNS.all
BYTES_MAX = 5_000_000
ROWS_MAX = 10_000
_BETWEEN_PHONES = re.compile(r"[;,/|]")


@dataclass(frozen=True, kw_only=True)
class TenantRow:
    """One tenant as it was written; `line` counts from 1, the header's."""

    line: int
    of: str = ""
    tenant: str = ""
    unit: str = ""
    account: str = ""
    phones: str = ""
    rent: str = ""


def read_rows(data: bytes) -> Iterator[TenantRow | BadRow]:
    """The rows below the header, empty ones left out. Raises BadFile."""
    if len(data) > BYTES_MAX:
        raise BadFile(f"it has more than {BYTES_MAX // 1_000_000} MB: split it")
    for number, row in enumerate(read_csv(io.BytesIO(data), _COLUMNS, _tenant), start=1):
        if number > ROWS_MAX:
            raise BadFile(f"it has more than {ROWS_MAX:,} rows: split it")
        yield row


def phones_in(text: str) -> tuple[str, ...]:
    """The phones of one cell, which are parted by ; , / or |."""
    return tuple(part.strip() for part in _BETWEEN_PHONES.split(text) if part.strip())


def _tenant(line: int, named: dict[str, str]) -> TenantRow:
    return TenantRow(line=line, of=named.pop("property"), **named)
