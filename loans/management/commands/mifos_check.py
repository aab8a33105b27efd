"""manage.py mifos_check PARTNER [--json]"""

from typing import Any

from django.core.management.base import CommandParser

from core import clock
from core.command import VaultCommand
from loans.management.setting_up import add_partner_name, line_of
from loans.operations.check import PERMISSION, check
from loans.queries import connections
from loans.queries.connection_facts import finding_as_told, what_follows


class Command(VaultCommand):
    help = (
        "Test a partner's Mifos X: server, tenant, user, each permission, office, payment type, "
        "business date, products. Exit code 1 when something is missing."
    )
    permission = PERMISSION
    of_one_partner = True

    def add_arguments(self, parser: CommandParser) -> None:
        """Whose."""
        add_partner_name(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """One connection."""
        partner = connections.partner_named(options["partner"], self.caller)
        found = connections.of_partner(partner.pk, self.caller)
        findings = check(connection_id=found.pk, caller=self.caller, at=clock.now())
        missing = [each.what for each in findings if each.stops]
        found.refresh_from_db()
        follows = what_follows(found)
        self.answer(
            {
                "partner": str(partner),
                "inOrder": not missing,
                "whatFollows": follows or None,
                "findings": [finding_as_told(each) for each in findings],
            },
            "\n".join([*map(line_of, findings), *filter(None, [follows])]),
        )
        if missing:
            self.as_json = False
            raise self.failure(f"Missing: {', '.join(missing)}")
