"""manage.py release_forward ID --reason TEXT"""

from typing import Any

from core import clock
from core.command import VaultCommand, an_id
from disbursements.management.dry_run import add_dry_run, taken_back
from rents.operations import reach
from rents.operations.release import release


class Command(VaultCommand):
    help = (
        "Take a transfer of rent back before it is paid. Its rents are owed again and wait for a "
        "person: allocate them otherwise, or forward them."
    )
    permission = reach.PERMISSION
    of_one_partner = True

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("forward", type=an_id, metavar="ID", help="the transfer")
        parser.add_argument("--reason", required=True, help="why, in 8 to 500 characters")
        add_dry_run(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        with taken_back(dry_run=options["dry_run"]):
            forward = release(
                forward_id=options["forward"], reason=options["reason"], caller=self.caller,
                at=clock.database_now(),
            )  # fmt: skip
        word = "would be" if options["dry_run"] else "is"
        self.answer(
            {"forward": str(forward.pk), "status": forward.status, "dryRun": options["dry_run"]},
            f"The transfer {word} taken back; its rents are owed again.",
        )
