"""manage.py import_settlement FILE.csv --partner ID --contest ID --settlement ID …"""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from core import clock, money
from core.command import VaultCommand
from core.refusals import Refused
from disbursements.management.accounts import add_partner, partner_of
from disbursements.management.payout_jobs import in_number
from disbursements.operations.schedule_payout import (
    BadSettlement,
    ConflictingSettlement,
    preview,
    schedule_payout_for_settlement,
)
from disbursements.rules.contest_settlement import ContestSettlement, SettlementProblem
from disbursements.rules.winner_file import COLUMNS, BadFile, read_winners

ORIGIN = "file"
PROBLEMS_SHOWN_MAX = 20


class Command(VaultCommand):
    help = (
        f"Hand in the settlement of a contest: a payout for each row of a CSV file with the "
        f"columns {', '.join(COLUMNS)}. All of them or, where anything is wrong, none. The same "
        "again is the same payout job."
    )
    permission = "disbursements.schedule_payoutjob"
    of_one_partner = True
    refusals = (BadFile,)

    def add_arguments(self, parser: CommandParser) -> None:
        """FILE.csv, whose it is and what was settled."""
        parser.add_argument("file", metavar="FILE.csv", type=Path)
        add_partner(parser, required=True)
        for name, metavar, text in (
            ("settlement", "ID", "the partner's id of it; it is paid out once"),
            ("contest", "ID", "the partner's id of the contest"),
            ("currency", "CODE", "such as USD"),
            ("pool", "AMOUNT", "what the winners get together at the most, such as 1000.00"),
        ):
            parser.add_argument(f"--{name}", metavar=metavar, help=text, required=True)
        parser.add_argument("--account", metavar="NUMBER", help="needed when there are several")
        parser.add_argument("--max-attempts", metavar="N", type=int, help="4 if not said")
        parser.add_argument("--dry-run", action="store_true", help="check only, add nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        """Exit code 1 when anything was wrong and nothing was done."""
        asked: dict[str, Any] = {
            "partner_id": partner_of(self.caller, options["partner"]),
            "settlement": _settlement(options), "shortcode_number": options["account"],
        }  # fmt: skip
        try:
            self._try(asked) if options["dry_run"] else self._do(asked)
        except (BadSettlement, ConflictingSettlement) as error:
            if not error.problems:
                raise
            self._refuse(error.problems)

    def _do(self, asked: dict[str, Any]) -> None:
        done = schedule_payout_for_settlement(
            **asked, origin=ORIGIN, actor=self.actor, at=clock.database_now()
        )
        job = done.job
        total = money.shown(job.total_minor, job.currency)
        said = "was handed in before, nothing was added" if done.replayed else "will be paid out"
        self.answer(
            {"job": str(job.pk), "replayed": done.replayed, "winnersCount": job.winners_count,
             "total": money.plain(job.total_minor, job.currency), "currency": job.currency,
             "status": job.status, "dryRun": False},
            f"{job.settlement_id} {said}: {in_number(job.winners_count)}, {total}, payout "
            f"job {job.pk}",
        )  # fmt: skip

    def _try(self, asked: dict[str, Any]) -> None:
        seen = preview(**asked)
        checked, job = seen.settlement, seen.job
        total = money.shown(checked.total_minor, checked.currency)
        said = "would be paid out" if job is None else f"was handed in before, as job {job.pk}"
        self.answer(
            {"job": str(job.pk) if job else None, "replayed": job is not None,
             "winnersCount": len(checked.winners), "dryRun": True,
             "total": money.plain(checked.total_minor, checked.currency),
             "currency": checked.currency},
            f"{checked.settlement_id} {said}: {in_number(len(checked.winners))}, {total}, from "
            f"{seen.shortcode.number}. Nothing was changed.",
        )  # fmt: skip

    def _refuse(self, problems: list[SettlementProblem]) -> None:
        lines = [str(each) for each in problems[:PROBLEMS_SHOWN_MAX]]
        if left := len(problems) - len(lines):
            lines.append(f"… and {left:,} more")
        self.answer(
            {"error": "nothing was added", "problems": [asdict(each) for each in problems]},
            "\n".join([*lines, "Nothing was added."]),
        )
        raise SystemExit(1)


def _settlement(options: dict[str, Any]) -> ContestSettlement:
    try:
        source = options["file"].open("rb")
    except OSError as error:
        raise Refused(
            f"{options['file']} cannot be read: {error.strerror}", field="file"
        ) from None
    with source:
        winners = read_winners(source)
    return ContestSettlement(
        settlement_id=options["settlement"], contest_id=options["contest"],
        currency=options["currency"], pool=options["pool"], winners=winners,
        max_attempts=options["max_attempts"],
    )  # fmt: skip
