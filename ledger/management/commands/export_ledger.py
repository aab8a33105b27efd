"""`manage.py export_ledger`: the book as an hledger journal or CSV."""

from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, Any

from core.command import BadUsage, VaultCommand
from core.money import BadAmount
from ledger.export import export

EXAMPLE_DAY = "2026-11-21"


class Command(VaultCommand):
    """Writes whole days of the book. Exit code 0: done, 1: not done, 2: not called rightly."""

    help = (
        "Write the ledger as an hledger journal (default) or CSV, in time order, to standard "
        "output or a file. Days are Nairobi's and both ends are included."
    )
    permission = "ledger.view_entry"
    refusals = (OSError, BadAmount)

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--format", choices=["hledger", "csv"], default="hledger")
        parser.add_argument(
            "--from", dest="first", type=_a_day, metavar="DAY", help=f"such as {EXAMPLE_DAY}"
        )
        parser.add_argument(
            "--to", dest="last", type=_a_day, metavar="DAY", help="the last day, included"
        )
        parser.add_argument(
            "--output", type=Path, metavar="FILE", help="instead of standard output"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        output: Path | None = options["output"]
        days = {"first": options["first"], "last": options["last"]}
        if options["first"] and options["last"] and options["first"] > options["last"]:
            raise BadUsage(f"--from {options['first']} is after --to {options['last']}")
        if output is None:
            if self.as_json:
                raise BadUsage("--json answers where the book would go: add --output FILE")
            export(file=self.stdout, form=options["format"], **days)
            return
        with _whole_file(output) as file:
            written = export(file=file, form=options["format"], **days)
        self.answer(
            {**asdict(written), "format": options["format"], "output": str(output)},
            f"{written.entries} entries, {written.lines} lines: {output}",
        )


def _a_day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text[:40]!r} is not a day: write it as {EXAMPLE_DAY}") from None


@contextmanager
def _whole_file(output: Path) -> Iterator[IO[str]]:
    """A file that appears under its name only when it is written to its end."""
    with NamedTemporaryFile(
        "w", dir=output.parent, prefix=f".{output.name}.", delete=False, encoding="utf-8",
        newline="",
    ) as draft:  # fmt: skip
        try:
            yield draft
            draft.flush()
            Path(draft.name).replace(output)
        except BaseException:
            Path(draft.name).unlink(missing_ok=True)
            raise
