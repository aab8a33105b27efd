"""manage.py ask ID"""

from typing import Any

from django.core.management.base import CommandParser

from core import clock
from core.command import VaultCommand
from core.refusals import Refused
from disbursements.management.named import payout_id
from disbursements.models import DisbursementRequest
from disbursements.operations.ask import ask_now
from disbursements.rules import rail_words


class Command(VaultCommand):
    help = (
        "Ask the provider what became of a payout whose outcome is open. Nothing is paid twice "
        "by it; the answer arrives by itself."
    )
    permission = "disbursements.retry_disbursementrequest"
    of_one_partner = True

    def add_arguments(self, parser: CommandParser) -> None:
        """ID."""
        parser.add_argument("id", metavar="ID", help="our id or reference of the payout")

    def handle(self, *args: Any, **options: Any) -> None:
        """One payout."""
        row_id = payout_id(options["id"], caller=self.caller)
        row = DisbursementRequest.objects.filter(pk=row_id).first()
        if row is None or not self.caller.may_touch(row.partner_id):
            raise Refused(
                f"there is no payout {options['id']}: its page and the API's answer show the id",
                field="id",
            )
        ask_now(disbursement_id=row.pk, actor=self.actor, at=clock.database_now())
        self.answer(
            {"id": str(row.pk), "clientReference": row.client_reference, "status": row.status},
            f"{row.client_reference} is due to be asked about: "
            f"{rail_words.provider(row.rail)} is asked within minutes",
        )
