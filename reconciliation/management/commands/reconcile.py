"""manage.py reconcile (--id ID ... | --stuck | --since MOMENT) [--json]"""

from datetime import datetime
from typing import Any

from django.core.management.base import CommandParser

from core import clock
from core.command import BadUsage, VaultCommand
from disbursements.queries.filter_values import moment
from reconciliation.operations.check_many import check_due
from reconciliation.operations.check_now import PERMISSION, check_now, the_one
from reconciliation.operations.periodic import ask_for_stuck
from reconciliation.operations.request_check import request
from reconciliation.queries.runs import as_result
from reconciliation.sources.registry import SOURCES

TRIGGER = "manual_command"
STUCK_LIMIT = 1_000


class Command(VaultCommand):
    help = (
        "Compare what we say of payments with what the providers and the books say. --id: these, "
        "now, with what came of it. --stuck and --since: ask for checks and make those that are "
        "due."
    )
    permission = PERMISSION
    of_one_partner = True

    def add_arguments(self, parser: CommandParser) -> None:
        """One of three."""
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument(
            "--id", action="append", metavar="ID", dest="ids",
            help="our id, a reference, a receipt or a loan's number; several times for several",
        )  # fmt: skip
        which.add_argument("--stuck", action="store_true", help="what is under way for too long")
        which.add_argument(
            "--since", metavar="MOMENT",
            help="what began or changed since a day or a moment, such as 2026-11-21",
        )  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        """Each by its id, or many through the queue."""
        if options["ids"]:
            self._these(options["ids"])
            return
        if self.caller.partners is not None:
            raise BadUsage("--stuck and --since concern all partners: use --id")
        at = clock.database_now()
        if options["stuck"]:
            asked = ask_for_stuck(trigger=TRIGGER, actor=self.actor, at=at, limit=STUCK_LIMIT)
        else:
            asked = self._since(_moment(options["since"]), at=at)
        checked = check_due()
        self.answer(
            {"asked": asked, "checked": checked},
            f"{asked} checks asked for, {checked} made now; a worker makes what is left",
        )

    def _these(self, ids: list[str]) -> None:
        results = []
        for found in [the_one(text=text, caller=self.caller) for text in ids]:
            run = check_now(
                subject=(found.kind, found.subject_id), trigger=TRIGGER, caller=self.caller,
                at=clock.database_now(),
            )  # fmt: skip
            results.append(as_result(run))
        lines = [_in_words(each) for each in results]
        self.answer({"results": results}, "\n".join(lines))

    def _since(self, since: datetime, *, at: datetime) -> int:
        return sum(
            request(
                subjects=[(kind, subject_id, None) for subject_id in ids], trigger=TRIGGER,
                actor=self.actor, at=at,
            )
            for kind, source in SOURCES.items()
            for ids in source.since(since)
        )  # fmt: skip


def _moment(text: str) -> datetime:
    try:
        return moment(text, days=0)
    except ValueError as error:
        raise BadUsage(f"--since: {error}") from None


def _in_words(result: dict[str, Any]) -> str:
    took = result["reconciliationMetadata"]["processingTime"]
    reference = result["sessionDetails"].get("reference", "")
    what = f"{result['kind']} {result['sessionId']}: {result['status']} ({took} ms)"
    line = f"{what} {reference}".rstrip()
    told = [f"  {each['severity']} {each['type']}: {each['message']}" for each in result["issues"]]
    failed = [f"  {result['error']}"] if "error" in result else []
    return "\n".join([line, *failed, *told])
