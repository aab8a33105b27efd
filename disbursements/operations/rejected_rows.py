"""Rows of a file that were not taken in: counted, the first ones kept, all of them written."""

import csv
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from core.refusals import Refused
from disbursements.rules.payee_file import BadRow

PROBLEMS_KEPT_MAX = 1_000
HEADER = ("line", "column", "value", "problem", "what to do")
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", ";")
COLUMNS = {"client_reference": "reference", "payee_name": "name"}
WHAT_TO_DO = {
    "reference": "give each payee a reference of its own, such as SAL-2026-11-0001",
    "msisdn": "write a Kenyan mobile number, such as 0712 345 678",
    "amount": "write whole shillings from 10 to 250,000, such as 1,250",
    "name": "write the payee's name on one line, such as Amina Example",
    "remarks": "write 2 to 100 characters, such as November salary, or leave it empty",
}


def bad_row(line: int, name: str, value: str, message: str) -> BadRow:
    """A wrong field of an instruction, in the words of the file's columns."""
    column = COLUMNS.get(name, name)
    return BadRow(
        line=line, column=column, value=value, problem=message, what_to_do=WHAT_TO_DO[column]
    )


class RejectedRows:
    """Collects them; with a path, writes each at once, so that memory stays flat.

    The file appears under its name when it is whole, and only if a row was rejected.
    """

    def __init__(self, *, path: Path | None = None) -> None:
        self.rows = 0
        self.first: list[BadRow] = []
        self._path = path
        self._part = path.with_name(f"{path.name}.part") if path else None
        self._file: IO[str] | None = None
        self._writer: Any = None

    def __enter__(self) -> Self:
        """Raises Refused when the file cannot be written, before anything was added."""
        if self._part is not None:
            try:
                self._file = self._part.open("w", encoding="utf-8-sig", newline="")
            except OSError as error:
                raise Refused(
                    f"{self._path} cannot be written: {error.strerror}", field="rejected rows"
                ) from error
            self._writer = csv.writer(self._file)
            self._writer.writerow(HEADER)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """After a failure, what was rejected so far is kept under its name too."""
        self.close()

    def add(self, problems: list[BadRow]) -> None:
        """One row with everything that is wrong with it."""
        self.rows += 1
        for problem in problems:
            if len(self.first) < PROBLEMS_KEPT_MAX:
                self.first.append(problem)
            if self._writer is not None:
                self._writer.writerow(
                    (
                        problem.line, problem.column, safe_cell(problem.value),
                        safe_cell(problem.problem), problem.what_to_do,
                    )
                )  # fmt: skip

    def close(self) -> Path | None:
        """The file's path, if there is one."""
        if self._file is not None and self._part is not None and self._path is not None:
            self._file.close()
            self._file = self._writer = None
            if self.rows:
                self._part.replace(self._path)
            else:
                self._part.unlink(missing_ok=True)
        return self._path if self.rows else None


def safe_cell(text: str) -> str:
    """The text, with an apostrophe before it when a spreadsheet would take it for a formula."""
    return f"'{text}" if text.lstrip().startswith(FORMULA_STARTS) or text[:1].isspace() else text
