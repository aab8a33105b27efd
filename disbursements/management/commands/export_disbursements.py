"""manage.py export_disbursements [filters] [--columns A,B] [--output FILE] [--format csv|json]"""

import sys
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any, BinaryIO

from django.core.management.base import CommandParser

from core import clock
from core.command import BadUsage, VaultCommand
from disbursements.management.filters import add_filters, selection_of
from disbursements.operations.export import FORMATS, PERMISSION, SEE_PHONES, export
from disbursements.queries import selection as selections
from disbursements.queries.exported import COLUMNS, DEFAULT_COLUMNS

STANDARD_OUTPUT = "-"


class Command(VaultCommand):
    help = (
        "Write payouts to a file, newest first: exactly those that match, without a limit. The "
        "export is on record before the first row leaves. Columns: " + ", ".join(COLUMNS) + "."
    )
    permission = PERMISSION
    of_one_partner = True

    def add_arguments(self, parser: CommandParser) -> None:
        """Filters, columns, where to."""
        add_filters(parser)
        parser.add_argument("--columns", metavar="A,B", default=",".join(DEFAULT_COLUMNS))
        parser.add_argument("--format", choices=FORMATS, default=FORMATS[0])
        parser.add_argument(
            "--output",
            metavar="FILE",
            help="left out: a file here, named by us; - is standard output",
        )
        parser.add_argument("--dry-run", action="store_true", help="count only, write nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        """Count, or write."""
        selection = selection_of(options)
        if options["dry_run"]:
            self._count(selection)
            return
        if options["output"] == STANDARD_OUTPUT and self.as_json:
            raise BadUsage("--json and --output - would both write to standard output: leave one")
        leaving = export(
            selection=selection, columns=options["columns"].split(","),
            file_format=options["format"], caller=self.caller, at=clock.now(),
        )  # fmt: skip
        name = options["output"] or leaving.file_name
        size = 0
        with _opened(name) as file:
            for block in leaving.blocks:
                size += file.write(block)
        if name != STANDARD_OUTPUT:
            self.answer(
                {"exportId": str(leaving.export_id), "file": name, "bytes": size},
                f"{size:,} bytes were written to {name}",
            )

    def _count(self, selection: dict[str, str]) -> None:
        may_see = self.caller.may(SEE_PHONES)
        rows = selections.rows(selection, partners=self.caller.partners, may_see_phones=may_see)
        count = rows.count()
        self.answer({"rows": count, "dryRun": True}, f"{count:,} payouts would be written")


def _opened(name: str) -> AbstractContextManager[BinaryIO]:
    """A new file: one that is there already is never written over."""
    if name == STANDARD_OUTPUT:
        return nullcontext(sys.stdout.buffer)
    try:
        return Path(name).open("xb")
    except FileExistsError:
        raise BadUsage(f"{name} is there already: name another file with --output") from None
    except OSError as error:
        raise BadUsage(f"{name} cannot be written: {error.strerror}") from None
