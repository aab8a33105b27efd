"""manage.py release --cause CAUSE --reason TEXT [--dry-run]"""

from typing import Any

from django.core.management.base import CommandParser
from django.db.models import Count, Sum

from core import clock, money
from core.command import VaultCommand
from core.refusals import Refused
from disbursements import queries
from disbursements.management.reasons import add_reason
from disbursements.operations.pause import release

CAUSES_NAMED_MAX = 10


class Command(VaultCommand):
    help = (
        "Send again what is parked for a cause that was put right. It uses up no retry. What an "
        "active pause covers waits for its end all the same."
    )
    permission = "disbursements.retry_disbursementrequest"

    def add_arguments(self, parser: CommandParser) -> None:
        """The cause, and why."""
        parser.add_argument("--cause", metavar="CAUSE", required=True, help="such as b2c:5")
        add_reason(parser)
        parser.add_argument("--dry-run", action="store_true", help="count only, release nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        """Everything that is parked for it."""
        cause, dry_run = options["cause"], options["dry_run"]
        totals = _totals(cause)
        if not totals:
            raise Refused(f"nothing is parked for {cause[:100]!r}: {_others()}", field="cause")
        if dry_run:
            self._tell_what_would_be(cause, totals)
            return
        released = release(
            cause=cause, reason=options["reason"], actor=self.actor, at=clock.database_now()
        )
        self.answer(
            {"cause": cause, "released": released, "dryRun": False},
            f"{released:,} payouts were released: they are sent within minutes",
        )

    def _tell_what_would_be(self, cause: str, totals: dict[str, tuple[int, int]]) -> None:
        count = sum(count for count, _ in totals.values())
        shown = " + ".join(money.shown(total, each) for each, (_, total) in totals.items())
        plain = {each: money.plain(total, each) for each, (_, total) in totals.items()}
        self.answer(
            {"cause": cause, "released": count, "dryRun": True, "totals": plain},
            f"{count:,} payouts, {shown}, would be released",
        )


def _totals(cause: str) -> dict[str, tuple[int, int]]:
    """Per currency: how many are parked for the cause, and their total in minor units."""
    parked = queries.releasable().filter(parked_cause=cause)
    sums = parked.values_list("currency").annotate(Count("pk"), Sum("amount_minor"))
    return {currency: (count, total) for currency, count, total in sums.order_by("currency")}


def _others() -> str:
    """The causes that there are, so that a slip of the pen is seen."""
    parked = queries.releasable()
    counts = parked.order_by("parked_cause").values("parked_cause").annotate(count=Count("pk"))
    named = [f"{line['parked_cause']} ({line['count']})" for line in counts[:CAUSES_NAMED_MAX]]
    return f"give one of {', '.join(named)}" if named else "no payout is parked"
