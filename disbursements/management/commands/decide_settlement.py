"""manage.py decide_settlement ID --approve|--reject --reason TEXT --as USER"""

from typing import Any

from django.core.management.base import CommandParser

from core import clock
from core.command import VaultCommand, an_id
from disbursements.management.dry_run import add_dry_run, taken_back
from disbursements.management.reasons import add_reason
from disbursements.management.settlements import as_json, demand_name, in_words
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
        parser.add_argument("id", metavar="ID", type=an_id, help="as `settlements` shows it")
        decision = parser.add_mutually_exclusive_group(required=True)
        decision.add_argument("--approve", action="store_true", help="settle it so")
        decision.add_argument("--reject", action="store_true", help="leave the payout as it is")
        add_reason(parser)
        add_dry_run(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Decide; the operation asks for the permission of the decision."""
        demand_name(self.caller)
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
