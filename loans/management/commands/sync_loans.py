"""manage.py sync_loans [--partner NAME] [--fetch-only] [--dry-run] [--json]"""

from argparse import ArgumentParser
from collections import Counter
from typing import Any

from core import clock
from core.command import BadUsage, VaultCommand
from core.masking import for_log
from gateways.errors import GatewayError
from loans.models import LoanSyncRun
from loans.operations.dry_run import DryRun, dry_run
from loans.operations.sync import FETCH, STEPS
from loans.operations.sync_asked import sync_asked
from loans.operations.sync_now import PERMISSION
from loans.operations.sync_partners import Answered
from loans.queries.connections import partner_named
from loans.queries.runs import errors, in_words
from loans.rules.holds import HOLDS
from loans.rules.run_words import skipped
from vault.models import Partner

WOULD = {
    "pay": "would be paid, after a last look", "hold": "would be held",
    "wait": "would wait for its day",
    "look": "would be looked at: its disbursal was perhaps undone",
}  # fmt: skip


class Command(VaultCommand):
    help = (
        "Fetch approved loans from Mifos X, pay them and book them there: of one partner or of "
        "all, now. Exit code 1 when a partner could not be synced."
    )
    permission = PERMISSION
    of_one_partner = True
    refusals = (GatewayError,)

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whose, and how far."""
        parser.add_argument(
            "--partner", metavar="NAME", help="name or id; left out, all that have a Mifos X"
        )
        parser.add_argument(
            "--fetch-only", action="store_true",
            help="pay and book nothing; also while paying is switched off",
        )  # fmt: skip
        parser.add_argument(
            "--dry-run", action="store_true",
            help="read all the same, say what would be done, change nothing; with --partner",
        )  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        """Sync, or say what a sync would do."""
        name, fetch_only = options["partner"], options["fetch_only"]
        partner = partner_named(name, self.caller) if name else None
        at = clock.database_now()
        if options["dry_run"]:
            if partner is None:
                raise BadUsage("--dry-run goes with --partner, such as --partner 'Umoja Example'")
            self._tell_dry(partner, dry_run(partner_id=partner.pk, at=at, fetch_only=fetch_only))
            return
        answers = sync_asked(
            partner_id=partner.pk if partner else None, caller=self.caller, at=at,
            steps=(FETCH,) if fetch_only else STEPS,
        )  # fmt: skip
        self._tell(answers)

    def _tell(self, answers: list[Answered]) -> None:
        names = Partner.objects.in_bulk([answer.partner_id for answer in answers])
        told = [(str(names[answer.partner_id]), answer) for answer in answers]
        self.answer(
            {"partners": [_as_json(name, answer) for name, answer in told]},
            "\n".join(line for name, answer in told for line in _lines(name, answer))
            or "No partner has a Mifos X.",
        )
        broken = [name for name, answer in told if _is_broken(answer)]
        if broken:
            self.as_json = False
            raise self.failure(f"Not synced to the end: {', '.join(broken)}")

    def _tell_dry(self, partner: Partner, found: DryRun) -> None:
        run = found.run
        lines = [
            f"Loan {each.loan_id} {WOULD[each.would]}"
            + (f": {HOLDS[each.code].text}" if each.would == "hold" else ".")
            for each in found.loans
        ]
        lines += [
            f"{count} left as they are: {skipped(code)}." for code, count in run.skipped.items()
        ]
        lines += [f"Loan {loan or '?'}: {text}" for _, loan, text in errors(run)]
        lines.append(f"{found.to_book} paid loans would be booked.")
        if found.not_paid_because:
            lines.insert(0, f"Nothing is fetched or paid by itself now: {found.not_paid_because}.")
        loans = [
            {"loanId": each.loan_id, "would": each.would, "code": each.code}
            for each in found.loans
        ]
        self.answer(
            {
                "dryRun": True, "partner": str(partner), "loans": loans, "toBook": found.to_book,
                "notPaidBecause": found.not_paid_because or None,
                "counts": dict(Counter(each.would for each in found.loans)),
                **_counts(run),
            },
            "\n".join(lines),
        )  # fmt: skip


def _counts(run: LoanSyncRun) -> dict[str, Any]:
    return {
        "requests": run.requests, "fetched": run.fetched, "skipped": run.skipped,
        "errors": [
            {"step": step, "loanId": loan, "text": for_log(text)}
            for step, loan, text in errors(run)
        ],
    }  # fmt: skip


def _as_json(name: str, answer: Answered) -> dict[str, Any]:
    run = answer.run
    if run is None:
        return {"partner": name, "refused": str(answer.refused), "run": None}
    return {
        "partner": name, "refused": None, "run": str(run.pk), "new": run.fresh, "held": run.held,
        "instructed": run.instructed, "paid": run.paid, "failed": run.failed,
        "booked": run.booked, "notBooked": run.not_booked, **_counts(run),
    }  # fmt: skip


def _lines(name: str, answer: Answered) -> list[str]:
    if answer.run is None:
        return [f"{name}: not synced: {answer.refused}"]
    said = [f"{name}: {in_words(answer.run)}"]
    for step, loan, text in errors(answer.run):
        said.append(f"  {step}{f', loan {loan}' if loan else ''}: {for_log(text)}")
    return said


def _is_broken(answer: Answered) -> bool:
    """Not synced, or broken off: trouble with one loan is none."""
    run = answer.run
    return run is None or any(each.get("loan_id") is None for each in run.errors)
