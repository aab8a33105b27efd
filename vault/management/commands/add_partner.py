"""manage.py add_partner NAME"""

from typing import Any

from django.core.management.base import CommandParser

from core import clock
from core.command import VaultCommand
from vault.operations.add_partner import add_partner


class Command(VaultCommand):
    help = "Add a partner: an organisation that pays through us. Prints its id."
    permission = "vault.add_partner"

    def add_arguments(self, parser: CommandParser) -> None:
        """NAME."""
        parser.add_argument("name", metavar="NAME", help="such as 'Umoja Example Ltd'")

    def handle(self, *args: Any, **options: Any) -> None:
        """One partner."""
        partner = add_partner(name=options["name"], actor=self.actor, at=clock.now())
        self.answer(
            {"id": str(partner.pk), "name": partner.name},
            f"{partner.name} has the id {partner.pk}",
        )
