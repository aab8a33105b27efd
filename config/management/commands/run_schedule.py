"""manage.py run_schedule NAME --reason TEXT"""

from typing import Any

from django.core.management.base import CommandParser

from config import run_now
from config.schedule_words import as_values
from config.schedules import SWEEPS
from core import clock
from core.command import BadUsage, VaultCommand
from disbursements.management.dry_run import add_dry_run, taken_back
from disbursements.management.reasons import add_reason


class Command(VaultCommand):
    help = (
        "Queue one more run of a schedule, which begins once a worker is free. To run it at once "
        "and here, without a worker: manage.py sweep NAME."
    )
    permission = run_now.PERMISSION

    def add_arguments(self, parser: CommandParser) -> None:
        """Which, and why."""
        parser.add_argument("name", metavar="NAME", help=", ".join(SWEEPS))
        add_reason(parser)
        add_dry_run(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Queue it."""
        name, dry_run, at = options["name"], options["dry_run"], clock.now()
        if name not in SWEEPS:
            raise BadUsage(f"No schedule is called {name[:60]!r}: use {', '.join(SWEEPS)}")
        with taken_back(dry_run=dry_run):
            queued = run_now.run_now(
                name=name, reason=options["reason"], caller=self.caller, at=at
            )
            row = as_values(run_now.found(name, at=at))
        told = f"{name} would be queued" if dry_run else f"{name} is queued"
        text = f"{told}: it runs once a worker is free."
        if not queued.is_new:
            text = f"{name} is queued already, asked for by {queued.asked.by}: nothing changed."
        self.answer({"isNew": queued.is_new, "dryRun": dry_run, "schedule": row}, text)
