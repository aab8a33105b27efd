"""manage.py decide_settlement ID --approve|--reject --reason TEXT --as USER"""

from typing import Any

from django.core.management.base import CommandParser

from core import clock
from core.command import VaultCommand
from disbursements.management.dry_run import taken_back
from disbursements.management.settlements import as_json, in_words
from disbursements.management.two_persons import add_decision, demand_name
from disbursements.models import DisbursementRequest
from disbursements.operations import decide_settlement

VIEW = "disbursements.view_settlement"


class Command(VaultCommand):
    help = (
        "Approve or reject what another person says of how a payout ended. Who proposed it can "
        "only take it back, with --reject."
    )
    of_one_partner = True

    def permission_for(self, options: dict[str, Any]) -> str:
        """Who may reject also depends on whose it is: the operation asks for that."""
        return decide_settlement.PERMISSION if options["approve"] else VIEW

    def add_arguments(self, parser: CommandParser) -> None:
        """Which settlement, and the decision."""
        add_decision(
            parser, listed_by="settlements", approve="settle it so",
            reject="leave the payout as it is",
        )  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        """Decide; the operation asks for the permission of the decision."""
        demand_name(self.caller, signs="A settlement")
        verb = decide_settlement.approve if options["approve"] else decide_settlement.reject
        with taken_back(dry_run=options["dry_run"]):
            row = verb(
                settlement_id=options["id"], reason=options["reason"], caller=self.caller,
                at=clock.database_now(),
            )  # fmt: skip
            payout = DisbursementRequest.objects.get(pk=row.disbursement_id)
        row.disbursement = payout
        would = "Would be" if options["dry_run"] else "Is now"
        self.answer(
            {**as_json(row), "disbursementStatus": payout.status, "dryRun": options["dry_run"]},
            f"{in_words(row)}\n{would} {row.status}; the payout: {payout.status}",
        )
