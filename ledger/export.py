"""The book as a file: a plain-text journal for hledger, or CSV. Streamed, however long."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import chain, groupby
from typing import Any, NamedTuple, Protocol

from django.db import transaction

from core.clock import NAIROBI
from core.money import exponent, plain
from ledger.models import Account, Line

ROWS_PER_FETCH = 2_000
HLEDGER_TYPES = {
    "asset": ("assets", "A"),
    "liability": ("liabilities", "L"),
    "equity": ("equity", "E"),
    "income": ("revenues", "R"),
    "expense": ("expenses", "X"),
}
CSV_COLUMNS = (
    "entry", "kind", "reference", "at", "recorded_at", "description",
    "account", "account_kind", "currency", "debit", "credit", "settles", "reverses",
)  # fmt: skip
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


class Sink(Protocol):
    """Where the text goes: a file, or a command's standard output."""

    def write(self, text: str, /) -> Any: ...


class Row(NamedTuple):
    """One line of the book with its entry."""

    entry: int
    kind: str
    reference: str
    at: datetime
    recorded_at: datetime
    description: str
    account: str
    account_kind: str
    currency: str
    debit_minor: int
    credit_minor: int
    settles: str | None
    reverses: str | None


@dataclass
class Written:
    """How much went into the file."""

    entries: int = 0
    lines: int = 0


FIELDS = (
    "entry_id", "entry__kind", "entry__reference", "entry__at", "entry__recorded_at",
    "entry__description", "account__code", "account__kind", "currency", "debit_minor",
    "credit_minor", "entry__settles__reference", "entry__reverses__reference",
)  # fmt: skip


def export(*, file: Sink, form: str, first: date | None, last: date | None) -> Written:
    """Write the entries of the days `first` to `last` (Nairobi, both included) in time order.

    The cursor is opened before the accounts are read, so that each account it names is declared.
    """
    with transaction.atomic():
        stream = _rows(first, last)
        head = next(stream, None)
        rows = chain([head], stream) if head else iter(())
        return _write_csv(file, rows) if form == "csv" else _write_journal(file, rows)


def _rows(first: date | None, last: date | None) -> Iterator[Row]:
    lines = Line.objects.order_by("entry__at", "entry_id", "pk")
    if first:
        lines = lines.filter(entry__at__gte=_midnight(first))
    if last:
        lines = lines.filter(entry__at__lt=_midnight(last + timedelta(days=1)))
    for values in lines.values_list(*FIELDS).iterator(chunk_size=ROWS_PER_FETCH):
        yield Row(*values)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, NAIROBI)


def _write_csv(file: Sink, rows: Iterator[Row]) -> Written:
    written = Written()
    table = csv.writer(file)
    table.writerow(CSV_COLUMNS)
    for _, lines in groupby(rows, key=lambda row: row.entry):
        written.entries += 1
        for row in lines:
            written.lines += 1
            table.writerow(_csv_cells(row))
    return written


def _csv_cells(row: Row) -> list[Any]:
    return [
        row.entry, row.kind, _cell(row.reference), row.at.astimezone(NAIROBI).isoformat(),
        row.recorded_at.astimezone(NAIROBI).isoformat(), _cell(row.description),
        row.account, row.account_kind, row.currency,
        plain(row.debit_minor, row.currency) if row.debit_minor else "",
        plain(row.credit_minor, row.currency) if row.credit_minor else "",
        _cell(row.settles or ""), _cell(row.reverses or ""),
    ]  # fmt: skip


def _cell(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def _write_journal(file: Sink, rows: Iterator[Row]) -> Written:
    written = Written()
    accounts = list(Account.objects.order_by("code").values_list("kind", "code", "currency"))
    for currency in sorted({currency for _, _, currency in accounts}):
        file.write(f"commodity {plain(10 ** (exponent(currency) + 3), currency)} {currency}\n")
    for kind, code, _ in accounts:
        file.write(f"account {_hledger_name(kind, code)}  ; type:{HLEDGER_TYPES[kind][1]}\n")
    for _, lines in groupby(rows, key=lambda row: row.entry):
        written.entries += 1
        written.lines += _write_transaction(file, list(lines))
    return written


def _write_transaction(file: Sink, rows: list[Row]) -> int:
    entry = rows[0]
    reference = _one_line(entry.reference).replace("(", "[").replace(")", "]")
    at = entry.at.astimezone(NAIROBI)
    file.write(
        f"\n{at:%Y-%m-%d} ({reference}) {_one_line(entry.description)}\n"
        f"    ; kind:{entry.kind}, entry:{entry.entry}, at:{at.isoformat()}\n"
    )
    for row in rows:
        account = _hledger_name(row.account_kind, row.account)
        amount = plain(row.debit_minor - row.credit_minor, row.currency)
        file.write(f"    {account}  {amount} {row.currency}\n")
    return len(rows)


def _hledger_name(kind: str, code: str) -> str:
    return f"{HLEDGER_TYPES[kind][0]}:{code}"


def _one_line(text: str) -> str:
    """Without what hledger reads as the end of a line, a comment or a payee's note."""
    return " ".join(text.replace(";", ",").replace("|", "/").split())
