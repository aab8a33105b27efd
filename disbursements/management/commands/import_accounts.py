"""manage.py import_accounts FILE.csv --partner ID [--reason TEXT] [--dry-run]"""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from core import clock
from core.command import VaultCommand
from core.refusals import Refused
from disbursements.management.accounts import add_partner
from disbursements.operations.accounts import ADD
from disbursements.operations.import_accounts import AccountImport, import_accounts
from disbursements.rules.account_file import COLUMNS, BadFile

PROBLEMS_SHOWN_MAX = 20


class Command(VaultCommand):
    help = (
        f"Save a connected account for each row of a CSV file with the columns "
        f"{', '.join(COLUMNS)}: all of them or, where any row is wrong, none. The same file "
        "again changes nothing."
    )
    permission = ADD
    of_one_partner = True
    refusals = (BadFile,)

    def add_arguments(self, parser: CommandParser) -> None:
        """FILE.csv and whose it is."""
        parser.add_argument("file", metavar="FILE.csv", type=Path)
        add_partner(parser, required=True)
        parser.add_argument(
            "--reason", metavar="TEXT", default="",
            help="needed where users get another account than before: 8 to 500 characters",
        )  # fmt: skip
        parser.add_argument("--dry-run", action="store_true", help="check only, change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        """Exit code 1 when a row was wrong and nothing was done."""
        try:
            source = options["file"].open("rb")
        except OSError as error:
            raise Refused(
                f"{options['file']} cannot be read: {error.strerror}", field="file"
            ) from None
        with source:
            report = import_accounts(
                source=source,
                partner_id=options["partner"],
                caller=self.caller,
                at=clock.database_now(),
                reason=options["reason"],
                dry_run=options["dry_run"],
            )
        self.answer(_as_json(report), _as_text(report))
        if report.wrong:
            raise SystemExit(1)


def _as_json(report: AccountImport) -> dict[str, Any]:
    return {
        "rows": report.rows,
        "added": 0 if report.wrong else report.added,
        "changed": 0 if report.wrong else report.changed,
        "unchanged": report.unchanged,
        "wrong": report.wrong,
        "dryRun": report.dry_run,
        "problems": [asdict(problem) for problem in report.problems],
    }


def _as_text(report: AccountImport) -> str:
    lines = [
        f"line {each.line}{f', {each.column}' if each.column else ''}: "
        f"{each.value} {each.problem} - {each.what_to_do}"
        for each in report.problems[:PROBLEMS_SHOWN_MAX]
    ]
    if report.wrong:
        lines.append(f"{report.wrong} of {report.rows} rows are wrong: nothing was done")
    else:
        would = "would be " if report.dry_run else ""
        lines.append(
            f"{report.rows} rows: {report.added} {would}added, {report.changed} {would}changed, "
            f"{report.unchanged} there already"
        )
    return "\n".join(lines)
