"""manage.py record_cash --property ID --amount A --receipt N --reason WHY [--tenant ID] …"""

from typing import Any

from django.core.management.base import CommandParser

from core import clock, money
from core.command import VaultCommand, an_id
from vault.management.rental_options import a_moment, add_rehearsal, rehearsed
from vault.operations.cash import PERMISSION, record_cash


class Command(VaultCommand):
    help = (
        "Record rent that was taken in cash: shown and split as any rent, and not forwarded, "
        "since the owner has it. Each paper receipt counts once."
    )
    permission = PERMISSION
    of_one_partner = True

    def add_arguments(self, parser: CommandParser) -> None:
        """Whose rent, how much, the paper receipt, and why."""
        parser.add_argument("--property", metavar="ID", type=an_id, required=True)
        parser.add_argument("--tenant", metavar="ID", type=an_id)
        parser.add_argument("--amount", metavar="SHILLINGS", required=True)
        parser.add_argument("--receipt", metavar="NUMBER", required=True, help="such as 0012")
        parser.add_argument("--paid-at", metavar="DAY", type=a_moment, help="now, if left out")
        parser.add_argument("--reason", metavar="WHY", required=True, help="8 to 500 characters")
        add_rehearsal(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """One payment."""
        with rehearsed(dry_run=options["dry_run"]):
            payment = record_cash(
                property_id=options["property"], tenant_id=options["tenant"],
                amount=options["amount"], receipt_number=options["receipt"],
                reason=options["reason"], paid_at=options["paid_at"], caller=self.caller,
                at=clock.database_now(),
            )  # fmt: skip
        amount = money.shown(payment.amount_minor, payment.currency)
        fee = money.shown(payment.fee_minor or 0, payment.currency)
        text = f"{payment.receipt}: {amount} in cash for {payment.property}, fee {fee}"
        self.answer(
            {
                "id": None if options["dry_run"] else str(payment.pk), "receipt": payment.receipt,
                "amount": money.plain(payment.amount_minor, payment.currency),
                "fee": money.plain(payment.fee_minor or 0, payment.currency),
                "dryRun": options["dry_run"],
            },
            f"{text}. Nothing was recorded." if options["dry_run"] else text,
        )  # fmt: skip
