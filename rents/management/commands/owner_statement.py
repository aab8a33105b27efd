"""manage.py owner_statement OWNER [--from DAY] [--to DAY] [--file pdf|csv] [--output FILE]"""

import sys
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import CommandParser

from core import clock, money
from core.command import BadUsage, VaultCommand
from rents.operations import statements
from rents.operations.statements import FILES, PERMISSION, NoSuchOwner
from rents.queries.statement import Statement
from rents.rules.period import Period, read_period, shown_day
from rents.rules.statement_words import ENGLISH, subject, words
from vault.models import Owner

STANDARD_OUTPUT = "-"


class Command(VaultCommand):
    help = (
        "An owner's statement: opening, each rent with its fee, transfers, closing, from the "
        "ledger. As text, with --json, or with --file as PDF or CSV. Without days: this month."
    )
    permission = PERMISSION
    of_one_partner = True

    def add_arguments(self, parser: CommandParser) -> None:
        """Whose, of which days, as what."""
        parser.add_argument("owner", help="the owner's id or exact name")
        parser.add_argument("--from", dest="first_day", default="", metavar="DAY")
        parser.add_argument("--to", dest="last_day", default="", metavar="DAY")
        parser.add_argument("--file", choices=FILES, help="write a file instead")
        parser.add_argument(
            "--output",
            metavar="FILE",
            help="left out: a file here, named by us; - is standard output",
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="with --file: say what would be written"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Tell, or write a file."""
        if (options["output"] or options["dry_run"]) and not options["file"]:
            raise BadUsage("--output and --dry-run belong to --file pdf or --file csv")
        today = clock.now().astimezone(clock.NAIROBI).date()
        period = read_period(
            first_text=options["first_day"], last_text=options["last_day"], today=today
        )
        owner_id = self._owner_id(options["owner"])
        if options["file"] and not options["dry_run"]:
            self._write(owner_id, period, options)
            return
        found = statements.read(owner_id=owner_id, period=period, caller=self.caller)
        if options["dry_run"]:
            self.answer(
                {"lines": len(found.lines), "dryRun": True},
                f"{len(found.lines):,} lines would be written",
            )
            return
        self.answer(statements.values(found), _text(found))

    def _owner_id(self, text: str) -> UUID:
        """Raises NoSuchOwner; also where several partners have an owner of this name."""
        try:
            return UUID(text)
        except ValueError:
            pass
        rows = Owner.objects.filter(name=text)
        if self.caller.partners is not None:
            rows = rows.filter(partner_id__in=self.caller.partners)
        ids = list(rows.values_list("pk", flat=True)[:2])
        if len(ids) == 1:
            return ids[0]
        problem = "several owners have this name: give the id" if ids else "there is no such owner"
        raise NoSuchOwner(f"{text[:60]!r}: {problem}", field="owner")

    def _write(self, owner_id: UUID, period: Period, options: dict[str, Any]) -> None:
        if options["output"] == STANDARD_OUTPUT and self.as_json:
            raise BadUsage("--json and --output - would both write to standard output: leave one")
        taken = statements.take(
            owner_id=owner_id, period=period, file_format=options["file"], caller=self.caller,
            at=clock.now(),
        )  # fmt: skip
        name = options["output"] or taken.file_name
        if name == STANDARD_OUTPUT:
            sys.stdout.buffer.write(taken.body)
            return
        _new_file(name, taken.body)
        self.answer(
            {"file": name, "bytes": len(taken.body)},
            f"{len(taken.body):,} bytes were written to {name}",
        )


def _new_file(name: str, body: bytes) -> None:
    """One that is there already is never written over."""
    try:
        with Path(name).open("xb") as file:
            file.write(body)
    except FileExistsError:
        raise BadUsage(f"{name} is there already: name another file with --output") from None
    except OSError as error:
        raise BadUsage(f"{name} cannot be written: {error.strerror}") from None


def _text(found: Statement) -> str:
    said = words(ENGLISH)
    of = found.totals

    def row(label: str, minor: int) -> str:
        return f"{label:<28}{money.shown(minor, found.currency):>20}"

    lines = [
        f"{shown_day(line.at.astimezone(clock.NAIROBI).date()):<12} {line.receipt:<12} "
        f"{money.shown(line.owed_minor - line.paid_out_minor, found.currency):>18}  "
        f"{subject(line, said)}"
        for line in found.lines
    ]
    return "\n".join(
        [
            f"{found.owner.name}, {found.period}",
            row("Opening balance", found.opening.total_minor),
            row("Rent received", of.received_minor),
            row("Fee kept", -of.fee_minor),
            row("Corrections", of.corrected_minor),
            row("Had already, as with cash", -of.handed_over_minor),
            row("Paid out", -of.forwarded_minor),
            row("Closing balance", found.closing.total_minor),
            row("of which on its way", found.closing.forwarding_minor),
            *lines,
        ]
    )
