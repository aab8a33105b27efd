"""manage.py confirm_mifos PARTNER --seen TOKEN --reason TEXT"""

from typing import Any

from django.core.management.base import CommandParser

from core import clock
from core.command import VaultCommand
from loans.management.setting_up import add_partner_name, add_reason
from loans.operations.connections import CONFIRM, confirm_connection
from loans.queries import connections
from loans.queries.connection_facts import as_told
from vault.management.rental_options import add_rehearsal, rehearsed


class Command(VaultCommand):
    help = (
        "Confirm the Mifos X that another person set up. --seen is the confirm token that "
        "mifos_connection shows with the address that you looked at."
    )
    permission = CONFIRM
    of_one_partner = True

    def add_arguments(self, parser: CommandParser) -> None:
        """Whose, and what was looked at."""
        add_partner_name(parser)
        parser.add_argument("--seen", metavar="TOKEN", required=True)
        add_reason(parser)
        add_rehearsal(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """One connection."""
        partner = connections.partner_named(options["partner"], self.caller)
        found = connections.of_partner(partner.pk, self.caller)
        with rehearsed(dry_run=options["dry_run"]):
            row = confirm_connection(
                connection_id=found.pk, reason=options["reason"], caller=self.caller,
                at=clock.now(), seen=options["seen"],
            )  # fmt: skip
        verb = "would be" if options["dry_run"] else "is"
        self.answer(
            as_told(row) | {"dryRun": options["dry_run"]},
            f"{row.host}, tenant {row.tenant}, {verb} confirmed by {row.confirmed_by}",
        )
