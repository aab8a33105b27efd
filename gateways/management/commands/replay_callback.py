"""manage.py replay_callback ID"""

from typing import Any

from django.core.management.base import CommandParser
from django.db import transaction

from core import clock, states
from core.command import VaultCommand
from core.refusals import Refused
from gateways import inbox
from gateways.models import Callback


class Command(VaultCommand):
    help = "Have a stored callback read once more. What it did before is not done twice."
    permission = "gateways.change_callback"

    def add_arguments(self, parser: CommandParser) -> None:
        """ID."""
        parser.add_argument("id", metavar="ID", type=int, help="the number of the callback")

    def handle(self, *args: Any, **options: Any) -> None:
        """One callback."""
        row = Callback.objects.filter(pk=options["id"]).first()
        if row is None:
            raise Refused(
                f"there is no callback {options['id']}: the list of callbacks shows the numbers",
                field="id",
            )
        with transaction.atomic():
            states.note(row, at=clock.now(), because="replayed by hand", actor=self.actor)
            inbox.replay(callback_id=row.pk)
        self.answer(
            {"id": row.pk, "provider": row.provider, "kind": row.kind, "wasOutcome": row.outcome},
            f"Callback {row.pk} is queued to be read again: manage.py sweep deliver reads it now",
        )
