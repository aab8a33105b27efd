"""manage.py register_urls NUMBER [--business-number N] [--pull PHONE] [--dry-run]"""

from typing import Any

from django.core.management.base import CommandParser

from core import clock
from core.callers import NotAllowed
from core.command import VaultCommand
from vault.management.rental_options import add_rehearsal
from vault.models import Shortcode
from vault.operations.register import PERMISSION, payment_urls, register_pull, register_urls


class Command(VaultCommand):
    help = (
        "Have M-Pesa tell payments to a shortcode at its own addresses (C2B); with --pull PHONE "
        "allow Pull Transactions instead. Addresses are registered once: only Safaricom changes "
        "them. --dry-run shows the addresses, which are secret, and registers nothing."
    )
    permission = PERMISSION
    of_one_partner = True

    def add_arguments(self, parser: CommandParser) -> None:
        """NUMBER and what is registered."""
        parser.add_argument("number", metavar="NUMBER", help="such as 600000")
        parser.add_argument(
            "--business-number", metavar="N", help="of a till: its head office or store number"
        )
        parser.add_argument(
            "--pull", metavar="PHONE", help="the line in the shortcode's papers: register Pull"
        )
        add_rehearsal(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """One registration."""
        number, at = options["number"], clock.now()
        if options["dry_run"]:
            self._show(number)
        elif options["pull"] is not None:
            set_up = register_pull(
                number=number, nominated_msisdn=options["pull"], caller=self.caller, at=at
            )
            self.answer(
                {"number": number, "pullRegisteredAt": str(set_up.pull_registered_at)},
                f"Pull Transactions is registered for {number}",
            )
        else:
            set_up = register_urls(
                number=number, business_number=options["business_number"], caller=self.caller,
                at=at,
            )  # fmt: skip
            self.answer(
                {"number": number, "urlsRegisteredAt": str(set_up.urls_registered_at)},
                f"Payments to {number} will be told at its own addresses",
            )

    def _show(self, number: str) -> None:
        """The machine's operator knows the key that the addresses come from."""
        if self.caller.permissions is not None:
            raise NotAllowed("the addresses are secret: leave --as out to see them")
        shortcode = Shortcode.objects.of_mpesa().filter(number=number).first()
        if shortcode is None:
            raise self.failure(f"There is no shortcode {number[:20]}")
        urls = payment_urls(shortcode=shortcode)
        self.answer(
            {
                "dryRun": True, "number": number, "confirmation": urls.confirmation,
                "validation": urls.validation, "unanswered": urls.unanswered.value,
            },
            f"Confirmation: {urls.confirmation}\nValidation:   {urls.validation}\n"
            f"Without our answer: {urls.unanswered.value}. Nothing was registered.",
        )  # fmt: skip
