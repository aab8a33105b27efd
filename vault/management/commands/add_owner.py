"""manage.py add_owner NAME --partner ID --paid-to paybill …"""

from typing import Any

from django.core.management.base import CommandParser

from core import clock
from core.command import VaultCommand, an_id
from vault.management.rental_options import add_forwarding, add_rehearsal, forwarding, rehearsed
from vault.models import Language
from vault.operations.owners import add_owner
from vault.queries.forwarding import owner_plan
from vault.rules import forward_schedule, receivers
from vault.rules.rental_facts import OwnerFacts


class Command(VaultCommand):
    help = "Add an owner: whom rent is collected for, where it goes and when. Prints the id."
    permission = "vault.add_owner"
    of_one_partner = True

    def add_arguments(self, parser: CommandParser) -> None:
        """NAME, whose owner it is, and where their money goes."""
        parser.add_argument("name", metavar="NAME", help="such as 'Amina Example'")
        parser.add_argument("--partner", metavar="ID", type=an_id, required=True)
        parser.add_argument("--phone", default="", help="for notices")
        parser.add_argument("--email", default="", help="for notices")
        parser.add_argument("--language", choices=Language.values, default=Language.ENGLISH)
        add_forwarding(parser)
        add_rehearsal(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """One owner."""
        with rehearsed(dry_run=options["dry_run"]):
            row = add_owner(
                partner_id=options["partner"],
                facts=OwnerFacts(
                    name=options["name"],
                    phone=options["phone"],
                    email=options["email"],
                    language=options["language"],
                    **forwarding(options),
                ),
                caller=self.caller,
                at=clock.now(),
            )
        plan = owner_plan(row)
        where, when = receivers.in_words(plan.receiver), forward_schedule.in_words(plan)
        verb = "would be added" if options["dry_run"] else f"has the id {row.pk}"
        self.answer(
            {
                "id": None if options["dry_run"] else str(row.pk),
                "name": row.name,
                "paidTo": where,
                "forwarded": when,
                "dryRun": options["dry_run"],
            },
            f"{row.name} {verb}: paid to {where}, {when}",
        )
