"""`manage.py demo`: payees, a month of rent and contests through the simulator under faults."""

import sys
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import requests
from rich.console import Console
from rich.table import Table

from config.demo import contest, lenders, rehearsal, rent_street
from config.demo.contest_figures import ContestFigures, OneContest, contest_figures
from config.demo.lent import Lending, LoanFigures
from config.demo.rent_figures import RentFigures, Total, rent_figures
from config.demo.rent_month import Month
from config.management.commands.sweep import sweep_until_idle
from config.schedules import SWEEPS
from core import clock, money
from core.command import VaultCommand
from vault.jobs import pull

TABLE_WIDTH = 99
REHEARSED = ["deliver", "recover", "send", "retry", "ask", "resume", "payouts", "reversals",
             "loans", "seal"]  # fmt: skip
BESIDE = ["prompts", "forward", "follow", "notices", "accounts", "sync_loans"]


class Command(VaultCommand):
    help = (
        "Pay the shipped payees and the winners of contests, collect and forward a month of rent "
        "through the simulator, and compare the books."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            collecting = rent_street.set_up(at=clock.database_now())
            shortcode = rehearsal.set_up(at=clock.database_now())
            platform = contest.set_up(at=clock.database_now())
            lenders.set_up(at=clock.database_now())
        except requests.RequestException as error:
            raise self.failure(
                "The provider simulator does not answer: start it with `python3 run.py`"
            ) from error
        report = rehearsal.import_payees(shortcode)
        self.stderr.write(
            f"{report.added} payouts instructed from {rehearsal.PAYEES.name}, "
            f"{report.replayed} were there already. Sending them under faults…"
        )
        month = Month(collecting)
        month.begin()
        self.stderr.write("200 tenants pay their rent meanwhile, to twelve owners…")
        self.stderr.write("Sixty winners of three contests are paid through Stripe…")
        self.stderr.write("Sixty loans of two lenders are paid and booked in Mifos X…")
        waking, lending = contest.Waking(platform), Lending(at=clock.database_now())
        _until_idle(month, waking, lending)
        rehearsal.end_faults()
        pull()
        waking.begin()
        lending.put_right()
        _until_idle(month, waking, lending)
        contest.take_some_back(platform)
        _until_idle(month, waking, lending)
        lent = lending.figures()
        found, rent = rehearsal.figures(shortcode), rent_figures(collecting)
        won = contest_figures(platform)
        if self.as_json:
            rents = asdict(rent) | {"books_agree": rent.books_agree, "refused": month.refused}
            contests = asdict(won) | {"books_agree": won.books_agree}
            facts = {"books_agree": found.books_agree, "rent": rents, "contests": contests,
                     "loans": asdict(lent) | {"books_agree": lent.books_agree}}  # fmt: skip
            self.answer(asdict(found) | facts, "")
        else:
            self.stdout.write(_drawn(_table(found)))
            self.stdout.write(_drawn(_rent_table(rent, month.refused)))
            self.stdout.write(_drawn(_contest_table(won)))
            self.stdout.write(_drawn(_loan_table(lent)))
        agree = all(each.books_agree for each in (found, rent, won, lent))
        if found.paid_twice or not agree:
            sys.exit(1)


def _until_idle(month: Month, waking: contest.Waking, lending: Lending) -> None:
    sweep_until_idle(
        REHEARSED, dict.fromkeys(SWEEPS, 0), beside=BESIDE,
        is_busy=lambda: any(each.is_under_way() for each in (month, waking, lending)),
    )  # fmt: skip


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


def _rent_table(found: RentFigures, refused: list[str]) -> Table:
    table = Table(title="The month of rent: 200 tenants, twelve owners", show_header=False)
    table.add_column("what", style="bold")
    table.add_column("count", justify="right")
    table.add_column("money", justify="right")
    table.add_column("what it is")

    def line(what: str, total: Total, said: str = "") -> None:
        shown = money.shown(total.minor, rehearsal.CURRENCY)
        table.add_row(what, str(total.count), shown, said)

    fees = money.shown(found.fees_minor, rehearsal.CURRENCY)
    line("received", found.received, "by prompt and straight to the paybill")
    table.add_row("= fees", "", fees, "kept by the platform")
    line("+ owed", found.owed, "waits for its day, for more, or for a person")
    line("+ on its way", found.on_its_way, _counted(found.by_payout, but="completed"))
    line("+ forwarded", found.forwarded, "transfers that arrived")
    line("+ unallocated", found.unallocated, "whose rent it is, a person must say")
    parts = money.shown(found.parts_minor, rehearsal.CURRENCY)
    table.add_row("together", "", parts, "", end_section=True)
    line("cash", found.cash, "recorded beside it; the owner has it")
    table.add_row("prompts", "", "", _counted(found.prompts))
    table.add_row("notices", "", "", _counted(found.notices))
    table.add_row("refused", str(len(refused)), "", "\n".join(refused[:5]))
    line("the simulator's received", found.book_received)
    line("the simulator's paid out", found.book_moved, "to paybills, tills and phones")
    line("of it in doubt here", found.in_doubt, "acknowledgement lost; a statement will say")
    verdict = "they agree" if found.books_agree else "THEY DIFFER"
    table.add_row("the books", verdict, "", "; ".join(found.breaks[:5]))
    return table


def _contest_table(found: ContestFigures) -> Table:
    table = Table(title="Three contests: sixty winners, paid through Stripe")
    table.add_column("what", style="bold")
    for each in found.contests:
        table.add_column(each.currency, justify="right")
    rows: dict[str, Callable[[OneContest], str]] = {
        "winners": lambda each: str(each.winners),
        "won": lambda each: money.shown(each.won_minor, each.currency),
        "paid to": lambda each: str(each.paid),
        "waiting or not paid": lambda each: _counted(each.by_status, but="completed"),
        "came back": lambda each: money.shown(each.returned_minor, each.currency),
        "paid": lambda each: money.shown(each.paid_minor, each.currency),
        "our ledger": lambda each: money.shown(each.ledger_minor, each.currency),
        "Stripe's book": lambda each: money.shown(each.book_minor, each.currency),
        "Stripe's transfers": lambda each: str(each.book),
        "the job": lambda each: each.status,
        "the two books": lambda each: "they agree" if each.agrees else "THEY DIFFER",
    }
    for what, shown in rows.items():
        table.add_row(what, *map(shown, found.contests))
    table.caption = (
        f"{found.attempts} attempts, {found.woken} winners waited for their account and were "
        f"paid by themselves, {found.paid_twice} paid twice"
    )
    return table


def _loan_table(found: LoanFigures) -> Table:
    table = Table(title="Sixty loans: approved in Mifos X, paid, booked there", show_header=False)
    table.add_column("what", style="bold")
    table.add_column("count", justify="right")
    table.add_column("money or reason")
    shown = rehearsal.CURRENCY
    table.add_row("approved there", str(found.approved), f"{found.tracked} tracked here")
    table.add_row("paid", str(found.paid), money.shown(found.paid_minor, shown))
    table.add_row("simulator's book", str(found.moved), money.shown(found.moved_minor, shown))
    refused = "\n".join(f"{count} {why}" for why, count in found.not_booked.items())
    table.add_row("paid, not booked", str(sum(found.not_booked.values())), refused)
    table.add_row("booked in the end", str(found.booked), "put right from the desk")
    table.add_row("booked in Mifos X", str(found.booked_there), "with our receipts")
    waiting = _counted(found.waiting) + (f"; {found.in_doubt} in doubt" if found.in_doubt else "")
    table.add_row("not paid", str(sum(found.waiting.values())), waiting)
    table.add_row("paid twice", str(found.paid_twice), f"{found.booked_twice} booked twice")
    verdict = "they agree" if found.books_agree else "THEY DIFFER"
    table.add_row("the three books", verdict, "; ".join(found.breaks[:5]))
    return table


def _counted(counts: dict[str, int], *, but: str = "") -> str:
    return ", ".join(f"{count} {name}" for name, count in sorted(counts.items()) if name != but)


def _reasons(reasons: dict[str, int]) -> str:
    return "\n".join(f"{count} {reason.split(': ', 1)[1]}" for reason, count in reasons.items())
