"""manage.py payout_job JOB [--state STATE] [--winner USER] [--limit N]"""

from argparse import ArgumentTypeError
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.core.management.base import CommandParser

from core import money
from core.command import VaultCommand
from core.masking import without_phones
from disbursements.management.payout_jobs import (
    add_job,
    as_json,
    figures_of,
    in_lines,
    job_named,
)
from disbursements.models import PayoutTransfer
from disbursements.queries import payout_jobs
from disbursements.rules.contest_settlement import WINNERS_MAX
from disbursements.states import TransferStatus

SHOWN_DEFAULT = 200
SEE_PHONES = "disbursements.see_phones"
Seen = Callable[[str], str]  # ids of users may be phones


class Command(VaultCommand):
    help = "One payout job: how its winners stand, and of each in one sentence why."
    permission = "disbursements.view_payoutjob"
    of_one_partner = True

    def add_arguments(self, parser: CommandParser) -> None:
        """Which job, and which of its winners."""
        add_job(parser)
        parser.add_argument(
            "--state", metavar="STATE", help=f"only these: {', '.join(TransferStatus)}"
        )
        parser.add_argument("--winner", metavar="USER", help="only this one")
        parser.add_argument(
            "--limit", metavar="N", type=_a_count, default=SHOWN_DEFAULT,
            help=f"how many winners to show, at most {WINNERS_MAX:,}; {SHOWN_DEFAULT} if not said",
        )  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        """The figures, then the winners."""
        job = job_named(options["job"], caller=self.caller)
        asked = {"state": options["state"], "user": options["winner"]}
        rows = payout_jobs.winners(job, {name: text for name, text in asked.items() if text})
        count, shown = rows.count(), list(rows[: options["limit"]])
        whys, figures = payout_jobs.whys(shown), figures_of(job)
        seen = str if self.caller.may(SEE_PHONES) else without_phones
        lines = in_lines(job, figures)
        lines += [_in_a_line(row, seen, whys) for row in shown]
        if left := count - len(shown):
            lines.append(f"… and {left:,} more: name a --state, or a higher --limit")
        self.answer(
            as_json(job, figures)
            | {"winners": [_as_json(row, seen, whys) for row in shown], "winnersLeftOut": left},
            "\n".join(lines),
        )


def _as_json(row: PayoutTransfer, seen: Seen, whys: dict[UUID, str]) -> dict[str, Any]:
    payout = row.disbursement
    return {
        "id": str(row.pk), "line": row.line, "userId": seen(row.user_id),
        "status": str(row.status), "payoutStatus": payout.status,
        "attemptCount": payout.attempts_made,
        "amount": money.plain(payout.amount_minor, payout.currency),
        "stripeTransferId": payout.receipt, "skipCode": row.skip_code or None,
        "nextAttemptAt": payout.next_retry_at.isoformat() if payout.next_retry_at else None,
        "returnedAmount": money.plain(payout.returned_minor, payout.currency),
        "why": seen(whys[row.pk]),
    }  # fmt: skip


def _in_a_line(row: PayoutTransfer, seen: Seen, whys: dict[UUID, str]) -> str:
    payout = row.disbursement
    amount = money.shown(payout.amount_minor, payout.currency)
    return f"line {row.line}, {seen(row.user_id)}, {amount}: {seen(whys[row.pk])}"


def _a_count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= WINNERS_MAX:
        raise ArgumentTypeError(f"write a number from 1 to {WINNERS_MAX:,}, such as 50")
    return int(text)
