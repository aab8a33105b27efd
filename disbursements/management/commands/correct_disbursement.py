"""manage.py correct_disbursement ID [--msisdn P] [--amount A] [--payee-name N] --reason TEXT"""

from typing import Any

from django.core.management.base import CommandParser

from core import clock, money
from core.command import VaultCommand
from disbursements.management.dry_run import add_dry_run, taken_back
from disbursements.management.named import payout_id
from disbursements.management.reasons import add_reason
from disbursements.operations.correct import PERMISSION, correct
from disbursements.operations.instruct import BadInstruction

CHANGES = ("msisdn", "amount", "payee_name", "client_reference")


class Command(VaultCommand):
    help = (
        "Send a corrected payout in the place of one that failed or was cancelled. The old one is "
        "never sent again; what is not named stays as it was."
    )
    refusals = (BadInstruction,)
    permission = PERMISSION
    of_one_partner = True

    def add_arguments(self, parser: CommandParser) -> None:
        """Which payout, and what is different."""
        parser.add_argument("id", metavar="ID", help="our id or reference of the old payout")
        parser.add_argument("--msisdn", metavar="PHONE", help="the right phone")
        parser.add_argument("--amount", metavar="SHILLINGS", help="the right amount")
        parser.add_argument("--payee-name", metavar="NAME", help="the right name")
        parser.add_argument(
            "--client-reference", metavar="REF", help="of the new payout; made if left out"
        )
        add_reason(parser)
        add_dry_run(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """One payout."""
        dry_run = options["dry_run"]
        original = payout_id(options["id"], caller=self.caller)
        with taken_back(dry_run=dry_run):
            done = correct(
                disbursement_id=original, reason=options["reason"], caller=self.caller,
                at=clock.database_now(), **{name: options[name] for name in CHANGES},
            )  # fmt: skip
        child = done.disbursement
        amount = money.shown(child.amount_minor, child.currency)
        verb = "would replace it" if dry_run else "replaces it and is sent within minutes"
        self.answer(
            {
                "id": str(child.pk), "clientReference": child.client_reference,
                "corrects": str(child.corrects_id), "status": child.status,
                "replayed": done.replayed, "dryRun": dry_run,
            },
            f"{child.client_reference}, {amount}, {verb}",
        )  # fmt: skip
