"""manage.py change_owner ID --reason TEXT …"""

from typing import Any

from django.core.management.base import CommandParser

from core import clock, money
from core.command import VaultCommand, an_id
from vault.management.rental_options import add_forwarding, add_rehearsal, forwarding, rehearsed
from vault.models import Language
from vault.operations.owners import change_owner

FACTS = ("name", "phone", "email", "language")


class Command(VaultCommand):
    help = (
        "Change an owner. Rent that is not forwarded yet follows another receiver or plan, and "
        "another receiver raises an alert."
    )
    permission = "vault.change_owner"
    of_one_partner = True

    def add_arguments(self, parser: CommandParser) -> None:
        """Which, why, and what shall be otherwise."""
        parser.add_argument("owner", metavar="ID", type=an_id)
        parser.add_argument("--reason", required=True, help="at least 8 characters")
        parser.add_argument("--name")
        parser.add_argument("--phone")
        parser.add_argument("--email")
        parser.add_argument("--language", choices=Language.values)
        active = parser.add_mutually_exclusive_group()
        active.add_argument("--active", dest="is_active", action="store_true", default=None)
        active.add_argument("--inactive", dest="is_active", action="store_false", default=None)
        add_forwarding(parser)
        add_rehearsal(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """One owner."""
        facts = {name: options[name] for name in (*FACTS, "is_active")}
        given = {name: value for name, value in facts.items() if value is not None}
        with rehearsed(dry_run=options["dry_run"]):
            changed = change_owner(
                owner_id=options["owner"],
                changes=given | forwarding(options),
                reason=options["reason"],
                caller=self.caller,
                at=clock.now(),
            )
        names = ", ".join(changed.names) or "nothing"
        verb = "would change" if options["dry_run"] else "changed"
        total = money.shown(changed.amount_minor, "KES")
        self.answer(
            {
                "id": str(changed.row.pk),
                "changed": list(changed.names),
                "paymentsThatFollow": changed.payments,
                "amountThatFollows": money.plain(changed.amount_minor, "KES"),
                "dryRun": options["dry_run"],
            },
            f"{verb}: {names}; {changed.payments} payments that wait ({total}) follow",
        )
