"""manage.py payout_jobs [filters]"""

from typing import Any

from django.core.management.base import CommandParser

from core.command import VaultCommand
from disbursements.management.payout_jobs import as_json, in_a_line
from disbursements.queries import payout_jobs
from disbursements.queries.job_selection import JOBS

SHOWN_MAX = 50
HELP = {
    "status": "pending, processing or complete, or several between commas",
    "open": "yes: not complete",
    "late": "yes: not complete a day after it came",
    "with": "jobs with winners who are pending, processing, retryable, completed, "
    "failed_terminal or waiting",
    "partner": "the partner's id",
    "contest": "the contest's id",
    "currency": "such as USD",
    "from": "came on this day or later, such as 2026-11-21",
    "to": "came on this day or before",
    "search": "an id, a settlement, a contest, a user, a transfer or an account",
}


class Command(VaultCommand):
    help = f"The newest {SHOWN_MAX} payout jobs that match, and how far each is."
    permission = "disbursements.view_payoutjob"
    of_one_partner = True

    def add_arguments(self, parser: CommandParser) -> None:
        """The filters of the page."""
        for name in [*JOBS.conditions, "search"]:
            parser.add_argument(
                f"--{name}", dest=f"filter_{name}", metavar="VALUE", help=HELP.get(name, "")
            )

    def handle(self, *args: Any, **options: Any) -> None:
        """Newest first."""
        selection = JOBS.among(
            {name: options[f"filter_{name}"] for name in [*JOBS.conditions, "search"]}
        )
        found = list(payout_jobs.jobs(selection, partners=self.caller.partners)[:SHOWN_MAX])
        figures = payout_jobs.figures([job.pk for job in found])
        self.answer(
            {"jobs": [as_json(job, figures[job.pk]) for job in found]},
            "\n".join(in_a_line(job, figures[job.pk]) for job in found) or "No payout job",
        )
