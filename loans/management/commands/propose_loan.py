"""manage.py propose_loan LOAN --give-up|--pay-again --reason TEXT --as USER"""

from typing import Any

from django.core.management.base import CommandParser

from core import clock
from core.command import VaultCommand
from disbursements.management.dry_run import add_dry_run, taken_back
from disbursements.management.reasons import add_reason
from disbursements.management.two_persons import demand_name
from loans.management.bookings import proposal_as_json, proposal_in_words
from loans.management.named import tracked
from loans.models import ProposalKind
from loans.operations.proposals import PROPOSE, propose


class Command(VaultCommand):
    help = (
        "Propose to give up booking a paid loan, or to pay a loan once more whose disbursal was "
        "undone or whose money came back. Nothing changes before another person has approved it "
        "with decide_loan."
    )
    permission = PROPOSE
    of_one_partner = True

    def add_arguments(self, parser: CommandParser) -> None:
        """Which loan, and what."""
        parser.add_argument("loan", metavar="LOAN", help="our id, or its number in Mifos X")
        kind = parser.add_mutually_exclusive_group(required=True)
        kind.add_argument("--give-up", action="store_true", help="it is not booked from here")
        kind.add_argument("--pay-again", action="store_true", help="the client is paid again")
        add_reason(parser)
        add_dry_run(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Write it down."""
        demand_name(self.caller, signs="A proposal")
        loan, dry_run = tracked(options["loan"], caller=self.caller), options["dry_run"]
        kind = ProposalKind.PAY_AGAIN if options["pay_again"] else ProposalKind.GIVE_UP_BOOKING
        with taken_back(dry_run=dry_run):
            row = propose(
                loan_id=loan.pk, kind=kind, reason=options["reason"], caller=self.caller,
                at=clock.database_now(),
            )  # fmt: skip
        told = "would wait" if dry_run else "waits"
        self.answer(
            {**proposal_as_json(row), "dryRun": dry_run},
            f"{proposal_in_words(row)}\nIt {told} for another person: manage.py decide_loan",
        )
