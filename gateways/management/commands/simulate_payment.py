"""manage.py simulate_payment --paybill P --phone N --amount KES --account A"""

from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser

from core.command import VaultCommand
from core.refusals import Refused
from gateways.errors import GatewayError
from gateways.http import NotJson, post_json, read_json

PATH = "/_simulator/pay"


class Command(VaultCommand):
    help = "Let a person pay straight to a paybill, at the simulated provider."

    def add_arguments(self, parser: CommandParser) -> None:
        """Who pays how much, to which paybill and account."""
        parser.add_argument("--paybill", required=True, metavar="P", help="such as 600000")
        parser.add_argument("--phone", required=True, metavar="N", help="such as 254700000001")
        parser.add_argument("--amount", required=True, type=int, metavar="KES")
        parser.add_argument("--account", default="", metavar="A", help="what the payer types")

    def handle(self, *args: Any, **options: Any) -> None:
        """One payment. Never at the live provider."""
        if settings.VAULT_LIVE:
            raise Refused("this is the live system: only the simulated provider plays payers")
        body = {
            "shortcode": options["paybill"],
            "msisdn": options["phone"],
            "amount": options["amount"],
            "account": options["account"],
        }
        try:
            answer = post_json(url=f"{settings.DARAJA_BASE_URL}{PATH}", body=body, headers={})
            said = read_json(answer.body)
        except (GatewayError, NotJson):
            said = None
        if not isinstance(said, dict):
            raise Refused(f"no simulated provider answers at {settings.DARAJA_BASE_URL}")
        if answer.status != 200:
            raise Refused(str(said.get("error") or f"it answered HTTP {answer.status}"))
        self.answer(said, f"Payment {said.get('receipt')} is {said.get('state')}")
