"""manage.py decide_loan ID --approve|--reject --reason TEXT --as USER"""

from typing import Any

from django.core.management.base import CommandParser

from core import clock
from core.command import VaultCommand
from disbursements.management.dry_run import taken_back
from disbursements.management.two_persons import add_decision, demand_name
from loans.management.bookings import proposal_as_json, proposal_in_words
from loans.models import LoanProposal
from loans.operations.proposals import APPROVE, approve, reject

VIEW = "loans.view_loanproposal"


class Command(VaultCommand):
    help = (
        "Approve or reject what another person proposed of a loan. Who proposed it can only take "
        "it back, with --reject. Before a loan is paid again, Mifos X is asked."
    )
    of_one_partner = True

    def permission_for(self, options: dict[str, Any]) -> str:
        """Who may reject also depends on whose it is: the operation asks for that."""
        return APPROVE if options["approve"] else VIEW

    def add_arguments(self, parser: CommandParser) -> None:
        """Which proposal, and the decision."""
        add_decision(
            parser, listed_by="loan_booking", approve="it is done",
            reject="leave the loan as it is",
        )  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        """Decide; the operation asks for the permission of the decision."""
        demand_name(self.caller, signs="A proposal")
        asked: dict[str, Any] = {
            "proposal_id": options["id"], "reason": options["reason"], "caller": self.caller,
            "at": clock.database_now(),
        }  # fmt: skip
        row = self._decided(asked, approving=options["approve"], dry_run=options["dry_run"])
        would = "Would be" if options["dry_run"] else "Is now"
        self.answer(
            {**proposal_as_json(row), "dryRun": options["dry_run"]},
            f"{proposal_in_words(row)}\n{would} {row.status}",
        )

    def _decided(self, asked: dict[str, Any], *, approving: bool, dry_run: bool) -> LoanProposal:
        # Approving asks Mifos X, which is not done inside a transaction.
        if approving:
            return approve(**asked, dry_run=dry_run)
        with taken_back(dry_run=dry_run):
            return reject(**asked)
