"""A file of connected accounts, row by row, as core/csv_rows.py reads files."""

from collections.abc import Iterator
from dataclasses import dataclass

from core.csv_rows import BadFile, BadRow, Columns, Lines, read_csv

__all__ = ["COLUMNS", "AccountRow", "BadFile", "BadRow", "Lines", "read_rows"]

_COLUMNS = Columns(required=("user_id", "account_id"), others=())
COLUMNS = _COLUMNS.all


@dataclass(frozen=True, kw_only=True)
class AccountRow:
    """One user's account as it was written; `line` counts from 1, the header's."""

    line: int
    user_id: str
    account_id: str


def read_rows(file: Lines) -> Iterator[AccountRow | BadRow]:
    """The rows below the header, empty ones left out. Raises BadFile."""
    return read_csv(file, _COLUMNS, _account)


def _account(line: int, named: dict[str, str]) -> AccountRow:
    # An apostrophe in front is how a spreadsheet keeps an id of digits as text.
    user_id = named["user_id"].removeprefix("'").strip()
    return AccountRow(line=line, user_id=user_id, account_id=named["account_id"])
