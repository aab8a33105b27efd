"""A file of tenants: any column order; comma, semicolon or tab; BOM; quoted cells."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

REQUIRED = ("property", "tenant")
COLUMNS = (*REQUIRED, "unit", "account", "phones", "rent")
DELIMITERS = (",", ";", "\t")
BYTES_MAX = 5_000_000
ROWS_MAX = 10_000
SHOWN_MAX = 60
SAVE_AS = "save it as 'CSV UTF-8' and try again"
_BETWEEN_PHONES = re.compile(r"[;,/|]")


class BadFile(ValueError):
    """The file cannot be read as a whole; the message says where and what to do."""


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


@dataclass(frozen=True, kw_only=True)
class BadRow:
    """What is wrong with one row, and what to do."""

    line: int
    column: str
    value: str
    problem: str


def read_rows(data: bytes) -> Iterator[TenantRow | BadRow]:
    """The rows below the header, empty ones left out. Raises BadFile."""
    text = _decoded(data)
    delimiter, columns = _header(text.partition("\n")[0].rstrip("\r"))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        next(reader)
        for number, cells in enumerate(reader, start=1):
            if number > ROWS_MAX:
                raise BadFile(f"it has more than {ROWS_MAX:,} rows: split it")
            if any(cell.strip() for cell in cells):
                yield _row(reader.line_num, cells, columns)
    except csv.Error as error:
        raise BadFile(
            f'line {reader.line_num}: {error}; write "" for a quotation mark inside a cell'
        ) from None


def phones_in(text: str) -> tuple[str, ...]:
    """The phones of one cell, which are parted by ; , / or |."""
    return tuple(part.strip() for part in _BETWEEN_PHONES.split(text) if part.strip())


def _decoded(data: bytes) -> str:
    if len(data) > BYTES_MAX:
        raise BadFile(f"it has more than {BYTES_MAX // 1_000_000} MB: split it")
    if data.startswith(b"PK\x03\x04"):
        raise BadFile(f"it is an Excel workbook, not CSV: {SAVE_AS}")
    if b"\x00" in data:
        raise BadFile(f"it is UTF-16 or no text at all: {SAVE_AS}")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadFile(f"byte {error.start + 1} is not UTF-8: {SAVE_AS}") from None


def _header(line: str) -> tuple[str, list[str]]:
    """The delimiter under which most columns are known, and the columns' names."""
    readings = [
        (each, [cell.strip().strip('"').lower() for cell in line.split(each)])
        for each in DELIMITERS
    ]
    delimiter, names = max(readings, key=lambda reading: len(set(reading[1]) & set(COLUMNS)))
    missing = [name for name in REQUIRED if name not in names]
    if missing:
        raise BadFile(
            f"the first line lacks the column {', '.join(missing)}: it must name "
            f"{', '.join(COLUMNS)} in any order"
        )
    for name in names:
        if name not in COLUMNS or names.count(name) > 1:
            raise BadFile(
                f"the column {name[:SHOWN_MAX]!r} is not known, or stands there twice: use "
                f"{', '.join(COLUMNS)}"
            )
    return delimiter, names


def _row(line: int, cells: list[str], columns: list[str]) -> TenantRow | BadRow:
    if len(cells) != len(columns):
        return BadRow(
            line=line, column="", value=" | ".join(cells)[:SHOWN_MAX],
            problem=f"has {len(cells)} cells where the first line has {len(columns)}: put a cell "
            "that holds the separator in quotation marks",
        )  # fmt: skip
    named = dict(zip(columns, (cell.strip() for cell in cells), strict=True))
    return TenantRow(line=line, of=named.pop("property"), **named)
