"""manage.py propose_reversal ID [--amount A] --reason TEXT --as USER"""

from typing import Any
from uuid import UUID

from django.core.management.base import CommandParser

from core import clock, money
from core.callers import Caller
from core.command import BadUsage, VaultCommand
from disbursements.management.dry_run import add_dry_run, taken_back
from disbursements.management.named import payout_id
from disbursements.management.reasons import add_reason
from disbursements.management.reversals import as_json, in_words
from disbursements.management.two_persons import demand_name
from disbursements.models import DisbursementRequest
from disbursements.operations.reversals import PROPOSE, propose_reversal


class Command(VaultCommand):
    help = (
        "Propose to take a paid transfer back from the winner's Stripe account. Nothing is taken "
        "before another person has approved it with decide_reversal."
    )
    permission = PROPOSE
    of_one_partner = True

    def add_arguments(self, parser: CommandParser) -> None:
        """Which transfer, and how much of it."""
        parser.add_argument("id", metavar="ID", help="our id or reference of the transfer")
        parser.add_argument(
            "--amount", metavar="A", help="such as 12.50; without it all that is left"
        )
        add_reason(parser)
        add_dry_run(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the wish down."""
        demand_name(self.caller, signs="A reversal")
        named, dry_run = payout_id(options["id"], caller=self.caller), options["dry_run"]
        with taken_back(dry_run=dry_run):
            row = propose_reversal(
                disbursement_id=named,
                amount_minor=_amount(named, options["amount"], caller=self.caller),
                reason=options["reason"], caller=self.caller, at=clock.database_now(),
            )  # fmt: skip
        told = "would wait" if dry_run else "waits"
        self.answer(
            {**as_json(row), "dryRun": dry_run},
            f"{in_words(row)}\nIt {told} for another person: manage.py decide_reversal",
        )


def _amount(named: UUID, text: str | None, *, caller: Caller) -> int | None:
    """In the transfer's currency; the operation tells when there is no such transfer."""
    row = DisbursementRequest.objects.filter(pk=named).first()
    if text is None or row is None or not caller.may_touch(row.partner_id):
        return None
    try:
        return money.parse_amount(text, currency=row.currency)
    except money.BadAmount as error:
        raise BadUsage(f"--amount: {error}") from None
