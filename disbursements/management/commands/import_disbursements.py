"""manage.py import_disbursements FILE.csv --partner ID"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from core import clock, money
from core.command import VaultCommand, an_id
from core.refusals import Refused
from disbursements.operations import import_file as operation
from disbursements.operations.import_file import ImportReport
from disbursements.operations.which_shortcode import NoShortcode
from disbursements.rules.payee_file import COLUMNS, BadFile, BadRow

PROBLEMS_SHOWN_MAX = 20
CURRENCY = "KES"


class Command(VaultCommand):
    help = (
        f"Instruct a payout for each row of a CSV file with the columns {', '.join(COLUMNS)}. "
        "Everything is checked first; then all of it is added, or nothing. The same file or "
        "reference again adds nothing."
    )
    permission = "disbursements.add_disbursementrequest"
    of_one_partner = True
    refusals = (BadFile, NoShortcode)

    def add_arguments(self, parser: CommandParser) -> None:
        """FILE.csv and whose it is."""
        parser.add_argument("file", metavar="FILE.csv", type=Path)
        parser.add_argument("--partner", metavar="ID", type=an_id, required=True)
        parser.add_argument("--shortcode", metavar="NUMBER", help="needed when there are several")
        parser.add_argument("--dry-run", action="store_true", help="check only, add nothing")
        parser.add_argument(
            "--skip-bad",
            action="store_true",
            help="add the good rows and write the others to FILE.rejected.csv",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Exit code 1 when rows were rejected and nothing was added."""
        if not self.caller.may_touch(options["partner"]):
            raise Refused(
                f"there is no partner {options['partner']} for {self.actor}", field="partner"
            )
        with self._progress() as progress:
            report = operation.import_file(
                source=options["file"],
                partner_id=options["partner"],
                shortcode_number=options["shortcode"],
                skip_bad=options["skip_bad"],
                dry_run=options["dry_run"],
                rejected_path=options["file"].with_suffix(".rejected.csv"),
                actor=self.actor,
                at=clock.database_now(),
                progress=progress,
            )
        self.answer(_as_json(report), _as_text(report, skip_bad=options["skip_bad"]))
        if _failed(report, skip_bad=options["skip_bad"]):
            raise SystemExit(1)

    @contextmanager
    def _progress(self) -> Iterator[operation.Progress | None]:
        console = Console(stderr=True)
        if not console.is_terminal:
            yield None
            return
        columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(),
                   TimeRemainingColumn())  # fmt: skip
        with Progress(*columns, console=console, transient=True) as bars:
            tasks: dict[str, Any] = {}

            def show(word: str, done: int, total: int) -> None:
                if word not in tasks:
                    tasks[word] = bars.add_task(word, total=total)
                bars.update(tasks[word], completed=done)

            yield show


def _failed(report: ImportReport, *, skip_bad: bool) -> bool:
    """Rows were rejected and nothing of the file was, or would be, taken in."""
    return bool(report.rejected) and not (skip_bad and (report.added or report.replayed))


def _as_json(report: ImportReport) -> dict[str, Any]:
    return {
        "rows": report.rows,
        "added": report.added,
        "replayed": report.replayed,
        "rejected": report.rejected,
        "total": money.plain(report.total_minor, CURRENCY),
        "currency": CURRENCY,
        "dryRun": report.dry_run,
        "rejectedFile": str(report.rejected_file) if report.rejected_file else None,
        "fileDigest": report.file_digest,
        "problems": [asdict(problem) for problem in report.problems],
    }


def _advice(bad: BadRow) -> str:
    """What to do, unless the problem says so already."""
    return "" if "such as" in bad.problem else f" - {bad.what_to_do}"


def _as_text(report: ImportReport, *, skip_bad: bool) -> str:
    lines = [
        f"line {each.line}{f', {each.column}' if each.column else ''}: "
        f"{each.value} {each.problem}{_advice(each)}"
        for each in report.problems[:PROBLEMS_SHOWN_MAX]
    ]
    if len(report.problems) > PROBLEMS_SHOWN_MAX:
        lines.append(f"… {report.rejected} rows in all have something wrong")
    total = money.shown(report.total_minor, CURRENCY)
    verb = "would be added" if report.dry_run else "added"
    lines.append(
        f"{report.rows} rows: {report.added} {verb} ({total}), "
        f"{report.replayed} were there before, {report.rejected} rejected"
    )
    if report.rejected_file:
        lines.append(f"The rejected rows are in {report.rejected_file}")
    elif _failed(report, skip_bad=skip_bad):
        lines.append("Nothing was added. Put the rows right, or leave them out with --skip-bad.")
    return "\n".join(lines)
