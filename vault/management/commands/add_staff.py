"""manage.py add_staff USERNAME [--role ROLE] [--partner ID]"""

from typing import Any

from django.core.management.base import CommandParser

from core import clock
from core.command import VaultCommand, an_id, asked_password
from vault.operations.add_staff import add_staff

PASSWORD_VARIABLE = "VAULT_NEW_STAFF_PASSWORD"  # noqa: S105 - the name of a variable


class Command(VaultCommand):
    help = (
        "Add a member of staff. The password comes from "
        f"{PASSWORD_VARIABLE} or is asked for; it is never an option, which others could read."
    )
    permission = "auth.add_user"

    def add_arguments(self, parser: CommandParser) -> None:
        """USERNAME, roles, partner."""
        parser.add_argument("username", metavar="USERNAME", help="such as amina")
        parser.add_argument(
            "--role",
            action="append",
            default=[],
            metavar="ROLE",
            help="Viewer, Operator, Approver, Administrator or Auditor; may be given again",
        )
        parser.add_argument(
            "--partner", metavar="ID", type=an_id, help="sees this partner only; else all"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """One person."""
        prompt = f"Password for {options['username']}: "
        user = add_staff(
            username=options["username"],
            password=asked_password(variable=PASSWORD_VARIABLE, prompt=prompt),
            roles=options["role"],
            partner_id=options["partner"],
            actor=self.actor,
            at=clock.now(),
        )
        partner = str(options["partner"]) if options["partner"] else None
        self.answer(
            {"username": user.username, "roles": options["role"], "partner": partner},
            f"{user.username} was added: {', '.join(options['role']) or 'no role yet'}, "
            f"{'sees one partner' if partner else 'sees all partners'}",
        )
