"""manage.py pause --everything | --partner ID | --rail RAIL | --shortcode NUMBER …"""

from typing import Any

from django.core.management.base import CommandParser

from core import clock
from core.command import VaultCommand, an_id
from core.refusals import Refused
from disbursements.management.pauses import as_json, covered
from disbursements.management.reasons import add_reason
from disbursements.models import PauseScope
from disbursements.operations.pause import pause
from gateways.interface import Rail
from vault.models import Partner, Shortcode


class Command(VaultCommand):
    help = (
        "Stop sending. What M-Pesa has already is not stopped, new instructions are taken in and "
        "wait. Prints the pause's id, which resume asks for."
    )
    permission = "disbursements.add_pause"

    def add_arguments(self, parser: CommandParser) -> None:
        """What is stopped, and why."""
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--everything", action="store_true")
        what.add_argument("--partner", metavar="ID", type=an_id)
        what.add_argument("--rail", choices=[rail.value for rail in Rail])
        what.add_argument("--shortcode", metavar="NUMBER", help="such as 600111")
        add_reason(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """One pause."""
        scope, target = _target(options)
        row = pause(
            scope=scope, target=target, reason=options["reason"], actor=self.actor,
            at=clock.database_now(),
        )  # fmt: skip
        self.answer(
            as_json(row),
            f"Sending is paused: {covered(row)}. manage.py resume {row.pk} ends it.",
        )


def _target(options: dict[str, Any]) -> tuple[PauseScope, str]:
    if options["partner"]:
        if not Partner.objects.filter(pk=options["partner"]).exists():
            raise Refused(
                f"there is no partner {options['partner']}: add_partner prints the id",
                field="partner",
            )
        return PauseScope.PARTNER, str(options["partner"])
    if options["rail"]:
        return PauseScope.RAIL, options["rail"]
    if options["shortcode"] is not None:
        row = Shortcode.objects.filter(number=options["shortcode"]).first()
        if row is None:
            raise Refused(
                f"there is no shortcode {options['shortcode'][:20]!r}: give the number of one "
                "that was added, such as 600111",
                field="shortcode",
            )
        return PauseScope.SHORTCODE, str(row.pk)
    return PauseScope.EVERYTHING, ""
