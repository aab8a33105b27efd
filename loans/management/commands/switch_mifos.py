"""manage.py switch_mifos PARTNER on|off --reason TEXT"""

from typing import Any

from django.core.management.base import CommandParser

from core import clock
from core.command import VaultCommand
from loans.management.setting_up import add_partner_name, add_reason
from loans.operations.connections import CHANGE, switch
from loans.queries import connections
from loans.queries.connection_facts import as_told
from vault.management.rental_options import add_rehearsal, rehearsed


class Command(VaultCommand):
    help = (
        "Pay the approved loans of a partner by themselves, or stop that. What was paid is "
        "booked all the same."
    )
    permission = CHANGE
    of_one_partner = True

    def add_arguments(self, parser: CommandParser) -> None:
        """Whose, on or off."""
        add_partner_name(parser)
        parser.add_argument("auto", choices=["on", "off"])
        add_reason(parser)
        add_rehearsal(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """One connection."""
        partner = connections.partner_named(options["partner"], self.caller)
        found = connections.of_partner(partner.pk, self.caller)
        with rehearsed(dry_run=options["dry_run"]):
            row = switch(
                connection_id=found.pk, auto=options["auto"] == "on", reason=options["reason"],
                caller=self.caller, at=clock.now(),
            )  # fmt: skip
        verb = "would be" if options["dry_run"] else "is"
        self.answer(
            as_told(row) | {"dryRun": options["dry_run"]},
            f"{row} {verb} switched {options['auto']}",
        )
