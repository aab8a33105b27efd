"""`manage.py demo`: every flow under faults, and the watchtower, through the simulator."""

import sys
from typing import Any

import requests

from config.demo import contest, lenders, names, rehearsal, rent_street, watched
from config.demo.contest_figures import contest_figures
from config.demo.lent import Lending
from config.demo.rent_figures import rent_figures
from config.demo.rent_month import Month
from config.demo.report import Report
from config.demo.watched import WatchFigures
from config.management.commands.sweep import sweep_until_idle
from config.schedules import SWEEPS, run_job
from core import clock
from core.command import VaultCommand
from vault.jobs import pull

REHEARSED = ["deliver", "recover", "send", "retry", "ask", "resume", "payouts", "reversals",
             "loans", "seal"]  # fmt: skip
BESIDE = ["prompts", "forward", "follow", "notices", "accounts", "sync_loans"]
WATCHED = ["send", "deliver", "ask", "reconcile"]


class Command(VaultCommand):
    help = (
        "Pay the shipped payees, the winners of contests and approved loans, collect and forward "
        "a month of rent through the simulator, compare the books, and show what the watchtower "
        "finds."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            collecting = rent_street.set_up(at=clock.database_now())
            shortcode = rehearsal.set_up(at=clock.database_now())
            platform = contest.set_up(at=clock.database_now())
            lenders.set_up(at=clock.database_now())
            names.register()
        except requests.RequestException as error:
            raise self.failure(
                "The provider simulator does not answer: start it with `python3 run.py`"
            ) from error
        imported = rehearsal.import_payees(shortcode)
        self.stderr.write(
            f"{imported.added} payouts instructed from {rehearsal.PAYEES.name}, "
            f"{imported.replayed} were there already. Sending them under faults…"
        )
        month, lending = Month(collecting), Lending(at=clock.database_now())
        self._play(month, contest.Waking(platform), lending)
        self.stderr.write("Each kind of difference is made, found, shown live and cured…")
        report = Report(
            payouts=rehearsal.figures(shortcode), rent=rent_figures(collecting),
            refused=month.refused, contests=contest_figures(platform), loans=lending.figures(),
            watch=_watched(),
        )  # fmt: skip
        if self.as_json:
            self.answer(report.facts(), "")
        else:
            self.stdout.write(report.drawn())
        if not report.is_good:
            sys.exit(1)

    def _play(self, month: Month, waking: contest.Waking, lending: Lending) -> None:
        """Until nothing moves any more: under faults, without them, and what comes back."""
        month.begin()
        self.stderr.write("200 tenants pay their rent meanwhile, to twelve owners…")
        self.stderr.write("Sixty winners of three contests are paid through Stripe…")
        self.stderr.write("Sixty loans of two lenders are paid and booked in Mifos X…")
        _until_idle(month, waking, lending)
        rehearsal.end_faults()
        pull()
        waking.begin()
        lending.put_right()
        _until_idle(month, waking, lending)
        contest.take_some_back(waking.shortcode)
        _until_idle(month, waking, lending)


def _until_idle(*parts: Month | contest.Waking | Lending) -> None:
    sweep_until_idle(
        REHEARSED, dict.fromkeys(SWEEPS, 0), beside=BESIDE,
        is_busy=lambda: any(each.is_under_way() for each in parts),
    )  # fmt: skip


def _watched() -> WatchFigures:
    """The worker does the work; where none runs, these do."""
    eye = watched.open_eye(at=clock.database_now())
    try:
        return watched.Watching(
            eye=eye, work=lambda: [run_job(name) for name in WATCHED]
        ).figures()
    finally:
        eye.close()
