"""manage.py run_payouts [--job JOB] [--until-idle]"""

from typing import Any

from django.core.management.base import CommandParser

from core.command import VaultCommand
from disbursements.management.payout_jobs import as_json, figures_of, in_a_line, job_named
from disbursements.operations.run_payouts import run_payouts


class Command(VaultCommand):
    help = (
        "Pay winners now, in the foreground: wake who may receive, send what is due, try again, "
        "look up what is unknown, and say which jobs are complete. Only by Stripe; workers may "
        "run at the same time, and nobody is paid twice."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Which, and for how long."""
        parser.add_argument("--job", metavar="JOB", help="its id, or its settlement's: only this")
        parser.add_argument(
            "--until-idle",
            action="store_true",
            help="go on until nothing is due now or later without a person",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Run it."""
        named = options["job"]
        job = job_named(named, caller=self.caller) if named is not None else None
        try:
            run = run_payouts(job_id=job.pk if job else None, until_idle=options["until_idle"])
        except KeyboardInterrupt:
            raise self.failure(
                "Stopped. What is under way is found again by the workers"
            ) from None
        values: dict[str, Any] = {"done": run.done}
        text = ", ".join(f"{name} {count:,}" for name, count in run.done.items())
        if job is not None:
            job.refresh_from_db()
            figures = figures_of(job)
            values["job"] = as_json(job, figures)
            text += f"\n{in_a_line(job, figures)}"
        self.answer(values, text)
