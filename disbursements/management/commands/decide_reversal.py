"""manage.py decide_reversal ID --approve|--reject --reason TEXT --as USER"""

from typing import Any

from django.core.management.base import CommandParser

from core import clock
from core.command import VaultCommand
from disbursements.management.dry_run import taken_back
from disbursements.management.reversals import as_json, in_words
from disbursements.management.two_persons import add_decision, demand_name
from disbursements.models import DisbursementRequest
from disbursements.operations import reversals

VIEW = "disbursements.view_transferreversal"


class Command(VaultCommand):
    help = (
        "Approve or reject what another person wants to take back. Who proposed it can only "
        "withdraw it, with --reject."
    )
    of_one_partner = True

    def permission_for(self, options: dict[str, Any]) -> str:
        """Who may reject also depends on whose it is: the operation asks for that."""
        return reversals.APPROVE if options["approve"] else VIEW

    def add_arguments(self, parser: CommandParser) -> None:
        """Which reversal, and the decision."""
        add_decision(
            parser, listed_by="reversals", approve="take the money back",
            reject="leave the transfer as it is",
        )  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        """Decide; the operation asks for the permission of the decision."""
        demand_name(self.caller, signs="A reversal")
        approve = options["approve"]
        verb = reversals.approve_reversal if approve else reversals.reject_reversal
        with taken_back(dry_run=options["dry_run"]):
            row = verb(
                reversal_id=options["id"], reason=options["reason"], caller=self.caller,
                at=clock.database_now(),
            )  # fmt: skip
        row.disbursement = DisbursementRequest.objects.get(pk=row.disbursement_id)
        would = "Would be" if options["dry_run"] else "Is now"
        self.answer(
            {**as_json(row), "dryRun": options["dry_run"]},
            f"{in_words(row)}\n{would} {row.status}",
        )
