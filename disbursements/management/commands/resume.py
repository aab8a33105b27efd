"""manage.py resume PAUSE_ID --reason TEXT"""

from typing import Any

from django.core.management.base import CommandParser

from core import clock
from core.command import VaultCommand
from core.refusals import Refused
from disbursements.management.reasons import add_reason
from disbursements.models import Pause
from disbursements.operations.pause import resume


class Command(VaultCommand):
    help = (
        "End a pause. What it held back is sent as soon as it is due, and payouts parked by a "
        "fault of its shortcode are tried again, unless another pause covers them."
    )
    permission = "disbursements.change_pause"

    def add_arguments(self, parser: CommandParser) -> None:
        """PAUSE_ID, and why."""
        parser.add_argument("pause_id", metavar="PAUSE_ID", type=int, help="manage.py pauses")
        add_reason(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """One pause."""
        pause_id = options["pause_id"]
        if not Pause.objects.filter(pk=pause_id).exists():
            raise Refused(
                f"there is no pause {pause_id}: manage.py pauses lists those that are on",
                field="pause",
            )
        resumed = resume(
            pause_id=pause_id, reason=options["reason"], actor=self.actor,
            at=clock.database_now(),
        )  # fmt: skip
        self.answer(
            {"id": pause_id, "released": resumed.released},
            f"Pause {pause_id} has ended. {resumed.released:,} parked payouts were released.",
        )
