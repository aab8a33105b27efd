"""manage.py bulk_runs [--running]"""

from typing import Any

from django.core.management.base import CommandParser

from core.admin import shown
from core.command import VaultCommand
from disbursements.models import BulkRun
from disbursements.states import BulkRunStatus

SHOWN_MAX = 50


class Command(VaultCommand):
    help = f"The latest {SHOWN_MAX} bulk runs: who did what to how many, and how far it is."
    permission = "disbursements.view_bulkrun"
    of_one_partner = True

    def add_arguments(self, parser: CommandParser) -> None:
        """--running."""
        parser.add_argument("--running", action="store_true", help="only those under way")

    def handle(self, *args: Any, **options: Any) -> None:
        """Newest first."""
        rows = BulkRun.objects.order_by("-started_at")
        if self.caller.partners is not None:
            rows = rows.filter(partners__contained_by=sorted(self.caller.partners))
        if options["running"]:
            rows = rows.filter(status=BulkRunStatus.RUNNING)
        found = list(rows[:SHOWN_MAX])
        lines = [
            f"{run.pk}  {run.status:<8}  {shown.absolute(run.started_at)}  {run.verb} by "
            f"{run.actor}: {run.done:,} done, {run.skipped:,} skipped of {run.total:,}"
            for run in found
        ]
        self.answer(
            {"bulkRuns": [_as_json(run) for run in found]}, "\n".join(lines) or "No bulk run"
        )


def _as_json(run: BulkRun) -> dict[str, Any]:
    return {
        "id": str(run.pk), "verb": run.verb, "status": run.status, "actor": run.actor,
        "reason": run.reason, "startedAt": run.started_at.isoformat(), "total": run.total,
        "done": run.done, "skipped": run.skipped,
    }  # fmt: skip
