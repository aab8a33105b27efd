"""manage.py settle_disbursement ID --paid|--not-paid --evidence TEXT --reason TEXT --as USER"""

from typing import Any

from django.core.management.base import CommandParser

from core import clock
from core.command import BadUsage, VaultCommand
from disbursements.management.dry_run import add_dry_run, taken_back
from disbursements.management.named import payout_id
from disbursements.management.reasons import add_reason
from disbursements.management.settlements import a_moment, as_json, in_words
from disbursements.management.two_persons import demand_name
from disbursements.models import SettledAs
from disbursements.operations.propose_settlement import PERMISSION, propose


class Command(VaultCommand):
    help = (
        "Propose how a payout ended that nobody can tell about. It changes nothing before another "
        "person has approved it with decide_settlement."
    )
    permission = PERMISSION
    of_one_partner = True

    def add_arguments(self, parser: CommandParser) -> None:
        """Which payout, how it ended, and how one knows."""
        parser.add_argument("id", metavar="ID", help="our id or reference of the payout")
        ended = parser.add_mutually_exclusive_group(required=True)
        ended.add_argument("--paid", action="store_true", help="it was paid")
        ended.add_argument("--not-paid", action="store_true", help="it was not paid")
        parser.add_argument("--receipt", metavar="R", default="", help="the provider's, when paid")
        parser.add_argument("--paid-at", metavar="T", type=a_moment, help="when it was paid")
        parser.add_argument("--attempt", metavar="N", type=int, help="where several are open")
        parser.add_argument("--evidence", metavar="TEXT", required=True, help="what was seen")
        add_reason(parser)
        add_dry_run(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the claim down."""
        demand_name(self.caller, signs="A settlement")
        if options["not_paid"] and (options["receipt"] or options["paid_at"]):
            raise BadUsage("--receipt and --paid-at are for --paid")
        with taken_back(dry_run=options["dry_run"]):
            row = propose(
                disbursement_id=payout_id(options["id"], caller=self.caller),
                settled_as=SettledAs.PAID if options["paid"] else SettledAs.NOT_PAID,
                caller=self.caller, at=clock.database_now(),
                **{name: options[name]
                   for name in ("receipt", "paid_at", "attempt", "evidence", "reason")},
            )  # fmt: skip
        dry_run = options["dry_run"]
        told = "would wait" if dry_run else "waits"
        self.answer(
            {**as_json(row), "dryRun": dry_run},
            f"{in_words(row)}\nIt {told} for another person: manage.py decide_settlement",
        )
