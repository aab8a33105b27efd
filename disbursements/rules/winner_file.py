"""A file of a contest's winners, as core/csv_rows.py reads files."""

from core.csv_rows import BadFile, BadRow, Columns, Lines, read_csv, without_thousands
from disbursements.rules.contest_settlement import WINNERS_MAX, Winner

__all__ = ["COLUMNS", "BadFile", "read_winners"]

_COLUMNS = Columns(required=("user_id", "amount"), others=("currency",))
COLUMNS = _COLUMNS.all


def read_winners(file: Lines) -> list[Winner]:
    """The winners below the header, each with its line of the file.

    Raises BadFile, also for one row that cannot be read: a settlement is taken whole or not.
    """
    winners: list[Winner] = []
    for row in read_csv(file, _COLUMNS, _winner):
        if isinstance(row, BadRow):
            where = f"line {row.line}{f', {row.column}' if row.column else ''}"
            raise BadFile(f"{where}: {row.value} {row.problem}: {row.what_to_do}")
        if len(winners) == WINNERS_MAX:
            raise BadFile(
                f"it has more than {WINNERS_MAX:,} winners: hand them in as several settlements"
            )
        winners.append(row)
    return winners


def _winner(line: int, named: dict[str, str]) -> Winner:
    return Winner(
        line=line, user_id=named["user_id"].removeprefix("'").strip(),
        amount=without_thousands(named["amount"]), currency=named.get("currency", ""),
    )  # fmt: skip
