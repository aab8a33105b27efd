"""Rows as CSV that a spreadsheet reads as text, never as a formula."""

import csv
import io
from collections.abc import Iterable, Sequence

FORMULA_STARTS = "=+-@\t\r\n\uff1d\uff0b\uff0d\uff20"  # the last four are their full-width forms
BLANKS = " \u00a0\u3000\u200b\ufeff"
BYTE_ORDER_MARK = "\ufeff"


def safe(text: str) -> str:
    """The text; with an apostrophe before it where a spreadsheet would calculate it."""
    start = text.lstrip(BLANKS)[:1]
    return f"'{text}" if start and start in FORMULA_STARTS else text


def written(rows: Iterable[Sequence[str]], *, for_spreadsheet: bool = False) -> bytes:
    """The rows as CSV in UTF-8; `for_spreadsheet` begins with a byte order mark, for Excel."""
    file = io.StringIO(newline="")
    if for_spreadsheet:
        file.write(BYTE_ORDER_MARK)
    csv.writer(file, lineterminator="\n").writerows(rows)
    return file.getvalue().encode()
