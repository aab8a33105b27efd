"""`manage.py demo`: 500 payees through the simulator under faults, to the end, and the table."""

import sys
from dataclasses import asdict
from typing import Any

import requests
from rich.console import Console
from rich.table import Table

from config.demo import rehearsal
from config.management.commands.sweep import sweep_until_idle
from config.schedules import SWEEPS
from core import clock, money
from core.command import VaultCommand

TABLE_WIDTH = 99
REHEARSED = ["deliver", "recover", "send", "retry", "ask", "resume", "seal"]


class Command(VaultCommand):
    help = "Import the shipped payees, pay them through the simulator, and compare the books."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            shortcode = rehearsal.set_up(at=clock.database_now())
        except requests.RequestException as error:
            raise self.failure(
                "The provider simulator does not answer: start it with `python3 run.py`"
            ) from error
        report = rehearsal.import_payees(shortcode)
        self.stderr.write(
            f"{report.added} payouts instructed from {rehearsal.PAYEES.name}, "
            f"{report.replayed} were there already. Sending them under faults…"
        )
        sweep_until_idle(REHEARSED, dict.fromkeys(SWEEPS, 0))
        rehearsal.end_faults()
        found = rehearsal.figures(shortcode)
        if self.as_json:
            self.answer(asdict(found) | {"books_agree": found.books_agree}, "")
        else:
            self.stdout.write(_drawn(_table(found)))
        if found.paid_twice or not found.books_agree:
            sys.exit(1)


def _drawn(table: Table) -> str:
    console = Console(width=TABLE_WIDTH)
    with console.capture() as captured:
        console.print(table)
    return captured.get()


def _table(found: rehearsal.Figures) -> Table:
    shown = rehearsal.CURRENCY
    table = Table(title="The rehearsal: 500 payees under faults", show_header=False)
    table.add_column("what", style="bold")
    table.add_column("count", justify="right")
    table.add_column("money or reason")
    table.add_row("instructed", str(found.instructed), money.shown(found.instructed_minor, shown))
    paid = found.by_status.get("completed", 0)
    table.add_row("paid", str(paid), money.shown(found.paid_minor, shown))
    failed = found.by_status.get("failed", 0)
    table.add_row("failed", str(failed), _reasons(found.failed_why))
    table.add_row("waiting", str(found.instructed - paid - failed), _reasons(found.waiting_why))
    table.add_row("tried more than once", str(found.with_retries), "")
    table.add_row("attempts", str(found.attempts), "")
    table.add_row("paid twice", str(found.paid_twice), "")
    table.add_row("simulator's book", str(found.moved), money.shown(found.moved_minor, shown))
    table.add_row("our ledger", "", money.shown(found.booked_minor, shown))
    table.add_row("open alerts", str(found.alerts), "what the faults would have staff look into")
    verdict = "they agree" if found.books_agree else "THEY DIFFER"
    table.add_row("the two books", verdict, "; ".join(found.breaks[:5]))
    return table


def _reasons(reasons: dict[str, int]) -> str:
    return "\n".join(f"{count} {reason.split(': ', 1)[1]}" for reason, count in reasons.items())
