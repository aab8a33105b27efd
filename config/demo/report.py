"""What the demo tells in the end: five tables for a person, or the same as facts."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from rich.console import Console
from rich.table import Table

from config.demo import rehearsal
from config.demo.contest_figures import ContestFigures, OneContest
from config.demo.lent import LoanFigures
from config.demo.rent_figures import RentFigures, Total
from config.demo.watched import WatchFigures
from core import money

TABLE_WIDTH = 99


@dataclass(frozen=True, kw_only=True)
class Report:
    """The figures of each part; `refused` are the tenants' payments that were refused."""

    payouts: rehearsal.Figures
    rent: RentFigures
    refused: list[str]
    contests: ContestFigures
    loans: LoanFigures
    watch: WatchFigures

    @property
    def is_good(self) -> bool:
        """All books agree, and nobody was paid twice."""
        parts = (self.payouts, self.rent, self.contests, self.loans, self.watch)
        return not self.payouts.paid_twice and all(each.books_agree for each in parts)

    def facts(self) -> dict[str, Any]:
        """The payouts' figures at the top, each other part under its own name."""
        rent, contests = asdict(self.rent), asdict(self.contests)
        loans, watch = asdict(self.loans), asdict(self.watch)
        return asdict(self.payouts) | {
            "books_agree": self.payouts.books_agree,
            "rent": rent | {"books_agree": self.rent.books_agree, "refused": self.refused},
            "contests": contests | {"books_agree": self.contests.books_agree},
            "loans": loans | {"books_agree": self.loans.books_agree},
            "watchtower": watch | {"median_s": self.watch.median_s,
                                   "books_agree": self.watch.books_agree},
        }  # fmt: skip

    def drawn(self) -> str:
        """The five tables, one under the other."""
        console = Console(width=TABLE_WIDTH)
        with console.capture() as captured:
            for table in (
                _payout_table(self.payouts), _rent_table(self.rent, self.refused),
                _contest_table(self.contests), _loan_table(self.loans), _watch_table(self.watch),
            ):  # fmt: skip
                console.print(table)
        return captured.get()


def _payout_table(found: rehearsal.Figures) -> Table:
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


def _watch_table(found: WatchFigures) -> Table:
    table = Table(title="The watchtower: each kind of difference, made, found and cured")
    for name in ("difference", "what was bent"):
        table.add_column(name, style="bold" if name == "difference" else None)
    for name in ("shown after", "alerts", "cured after"):
        table.add_column(name, justify="right")
    for each in found.scenes:
        shown, cured = (
            "NEVER" if seconds is None else f"{seconds:.2f} s"
            for seconds in (each.shown_s, each.cured_s)
        )
        table.add_row(each.kind, each.text, shown, str(each.alerts), cured)
    where = "at a client of the live page's socket" if found.by_socket else "in the events"
    verdict = "each was told once and cured" if found.books_agree else "NOT AS IT SHOULD BE"
    table.caption = f"Seen {where}, median {found.median_s} s after the event; {verdict}"
    return table


def _counted(counts: dict[str, int], *, but: str = "") -> str:
    return ", ".join(f"{count} {name}" for name, count in sorted(counts.items()) if name != but)


def _reasons(reasons: dict[str, int]) -> str:
    return "\n".join(f"{count} {reason.split(': ', 1)[1]}" for reason, count in reasons.items())
