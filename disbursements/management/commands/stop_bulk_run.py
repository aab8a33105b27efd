"""manage.py stop_bulk_run ID --reason TEXT"""

from typing import Any

from django.core.management.base import CommandParser

from core import clock
from core.command import VaultCommand, an_id
from disbursements.management.reasons import add_reason
from disbursements.operations import bulk


class Command(VaultCommand):
    help = "Stop a bulk run between two batches: what it has not reached stays as it was."
    permission = "disbursements.view_bulkrun"
    of_one_partner = True

    def add_arguments(self, parser: CommandParser) -> None:
        """Which, and why."""
        parser.add_argument("id", metavar="ID", type=an_id, help="as bulk_runs shows it")
        add_reason(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Stop it."""
        run = bulk.stop(
            run_id=options["id"], reason=options["reason"], caller=self.caller,
            at=clock.database_now(),
        )  # fmt: skip
        waiting = run.total - run.done - run.skipped
        self.answer(
            {"id": str(run.pk), "status": run.status, "done": run.done, "waiting": waiting},
            f"Stopped after {run.done:,} of {run.total:,}; {waiting:,} were not reached",
        )
