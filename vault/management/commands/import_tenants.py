"""manage.py import_tenants FILE.csv --partner ID"""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from core import clock
from core.command import VaultCommand, an_id
from core.refusals import Refused
from vault.management.rental_options import add_rehearsal
from vault.operations.import_tenants import TenantImport, import_tenants
from vault.rules.tenant_file import BYTES_MAX, COLUMNS, BadFile

PROBLEMS_SHOWN_MAX = 20


class Command(VaultCommand):
    help = (
        f"Add a tenant for each row of a CSV file with the columns {', '.join(COLUMNS)}: all of "
        "them, or, where any row is wrong, none. The same file again adds nothing."
    )
    permission = "vault.add_tenant"
    of_one_partner = True
    refusals = (BadFile,)

    def add_arguments(self, parser: CommandParser) -> None:
        """FILE.csv and whose it is."""
        parser.add_argument("file", metavar="FILE.csv", type=Path)
        parser.add_argument("--partner", metavar="ID", type=an_id, required=True)
        add_rehearsal(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Exit code 1 when a row was wrong and nothing was added."""
        report = import_tenants(
            data=_contents(options["file"]),
            partner_id=options["partner"],
            caller=self.caller,
            at=clock.now(),
            dry_run=options["dry_run"],
        )
        self.answer(_as_json(report), _as_text(report))
        if report.problems:
            raise SystemExit(1)


def _contents(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(BYTES_MAX + 1)
    except OSError as error:
        raise Refused(f"{path} cannot be read: {error.strerror}", field="file") from None


def _as_json(report: TenantImport) -> dict[str, Any]:
    return {
        "rows": report.rows,
        "added": report.added,
        "already": report.already,
        "problems": [asdict(problem) for problem in report.problems],
        "dryRun": report.dry_run,
    }


def _as_text(report: TenantImport) -> str:
    lines = [
        f"line {each.line}{f', {each.column}' if each.column else ''}: {each.value} {each.problem}"
        f"{f': {each.what_to_do}' if each.what_to_do else ''}"
        for each in report.problems[:PROBLEMS_SHOWN_MAX]
    ]
    if report.problems:
        lines.append(
            f"{len(report.problems)} of {report.rows} rows have something wrong: nothing was added"
        )
    else:
        verb = "would be added" if report.dry_run else "added"
        lines.append(f"{report.rows} rows: {report.added} {verb}, {report.already} there already")
    return "\n".join(lines)
