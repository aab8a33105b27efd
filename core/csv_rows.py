"""A CSV file, row by row: any column order, comma, semicolon or tab, BOM, quoted cells.

Nothing is kept of the rows before. What makes the whole file unreadable raises BadFile; what is
wrong with one row is a BadRow in its place.
"""

import csv
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Protocol, TypeVar

DELIMITERS = (",", ";", "\t")
LINE_BYTES_MAX = 65_536
CELL_LENGTH_MAX = 1_000
SHOWN_MAX = 60
_BOM = b"\xef\xbb\xbf"
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_ZIP = b"PK\x03\x04"
_THOUSANDS = re.compile(r"[0-9]{1,3}(,[0-9]{3}){1,4}(\.[0-9]{1,3})?", re.ASCII)
SAVE_AS = "save it as 'CSV UTF-8' and try again"
Row = TypeVar("Row")


class Lines(Protocol):
    """An open binary file."""

    def readline(self, size: int, /) -> bytes:
        """The next line with its ending, at most `size` bytes; empty at the end."""
        ...


class BadFile(ValueError):
    """The file cannot be read as a whole; the message says where and what to do."""


@dataclass(frozen=True, kw_only=True)
class BadRow:
    """A row that cannot be read: what is wrong and what to do."""

    line: int
    column: str
    value: str
    problem: str
    what_to_do: str


@dataclass(frozen=True, kw_only=True)
class Columns:
    """The columns that a file must and may have."""

    required: tuple[str, ...]
    others: tuple[str, ...]

    @property
    def all(self) -> tuple[str, ...]:
        """Every one that is known."""
        return (*self.required, *self.others)


def read_csv(
    file: Lines, columns: Columns, row_of: Callable[[int, dict[str, str]], Row]
) -> Iterator[Row | BadRow]:
    """What `row_of` makes of each row below the header, empty ones left out. Raises BadFile.

    It is given the line, which counts from 1, the header's, and the cells by column.
    """
    lines = _Decoded(file)
    header = next(lines, "")
    delimiter, names = _header(header, columns)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        line = lines.number + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield _broken(line, lines.number, error)
            continue
        if any(cell.strip() for cell in cells):
            named = _named(line, cells, names)
            yield named if isinstance(named, BadRow) else row_of(line, named)


def without_thousands(amount: str) -> str:
    """`12,500.00` as `12500.00`; anything else as it is."""
    return amount.replace(",", "") if _THOUSANDS.fullmatch(amount) else amount


class _Decoded:
    """The lines as text, each with its number; raises BadFile for what is not UTF-8."""

    def __init__(self, file: Lines) -> None:
        self.file = file
        self.number = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        raw = self.file.readline(LINE_BYTES_MAX + 1)
        if not raw:
            raise StopIteration
        self.number += 1
        if self.number == 1:
            _refuse_other_formats(raw)
            raw = raw.removeprefix(_BOM)
        if len(raw) > LINE_BYTES_MAX:
            raise BadFile(
                f"line {self.number} has more than {LINE_BYTES_MAX} bytes: "
                "give each row a line of its own"
            )
        try:
            return raw.decode()
        except UnicodeDecodeError as error:
            raise BadFile(
                f"line {self.number}, byte {error.start + 1} (0x{raw[error.start]:02X}) is not "
                f"UTF-8: {SAVE_AS}"
            ) from None


def _refuse_other_formats(raw: bytes) -> None:
    if raw.startswith(_ZIP):
        raise BadFile(f"the file is an Excel workbook, not CSV: {SAVE_AS}")
    if raw.startswith(_UTF_16) or b"\x00" in raw[:200]:
        raise BadFile(f"the file is UTF-16, not UTF-8: {SAVE_AS}")
    if b"\r" in raw.rstrip(b"\r\n"):
        raise BadFile(f"its lines end with a carriage return alone: {SAVE_AS}")


def _header(text: str, columns: Columns) -> tuple[str, list[str]]:
    """The delimiter under which most columns are known, and the columns' names."""
    known = ", ".join(columns.all)
    readings = [(each, _names(text, each)) for each in DELIMITERS]
    delimiter, names = max(readings, key=lambda reading: len(set(reading[1]) & set(columns.all)))
    missing = [name for name in columns.required if name not in names]
    if missing:
        raise BadFile(
            f"the first line lacks the column {', '.join(missing)}: it must name {known} in any "
            "order"
        )
    for name in names:
        if name and name not in columns.all:
            raise BadFile(f"{name[:SHOWN_MAX]!r} is not a column we know: use {known}")
        if name and names.count(name) > 1:
            raise BadFile(f"the column {name} stands in the first line twice: keep one of them")
    return delimiter, names


def _names(text: str, delimiter: str) -> list[str]:
    try:
        cells = next(csv.reader([text], delimiter=delimiter, strict=True), [])
    except csv.Error:
        return []
    names = [cell.strip().lower() for cell in cells]
    while names and not names[-1]:
        names.pop()
    return names


def _named(line: int, cells: Sequence[str], columns: Sequence[str]) -> dict[str, str] | BadRow:
    values = [cell.strip() for cell in cells]
    named = dict(zip(columns, values, strict=False))
    named.pop("", None)
    unnamed = any(
        value for column, value in zip_longest(columns, values, fillvalue="") if not column
    )
    if len(values) < len(columns) or unnamed:
        return BadRow(
            line=line,
            column="",
            value=_shown(" | ".join(values)),
            problem=f"has {len(values)} cells where the first line has {len(columns)}",
            what_to_do="put a cell that holds the separator in quotation marks",
        )
    for column, value in named.items():
        if len(value) > CELL_LENGTH_MAX or "\x00" in value:
            return BadRow(
                line=line,
                column=column,
                value=_shown(value.replace("\x00", "?")),
                problem=f"is longer than {CELL_LENGTH_MAX} characters or not text",
                what_to_do="shorten it",
            )
    return named


def _broken(first: int, last: int, error: csv.Error) -> BadRow:
    """A stray quotation mark in one line is that row's; one left open would swallow others."""
    if last > first:
        raise BadFile(
            f"a quotation mark opened in line {first} is not closed as it should be "
            f'(read up to line {last}): write "" for a quotation mark inside a cell'
        ) from error
    return BadRow(
        line=first,
        column="",
        value="",
        problem="has a quotation mark in the wrong place",
        what_to_do='write "" for a quotation mark inside a quoted cell',
    )


def _shown(value: str) -> str:
    return value if len(value) <= SHOWN_MAX else f"{value[:SHOWN_MAX]}…"
