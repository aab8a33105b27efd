"""manage.py reconciliation_stats [--by hour|day]"""

from datetime import timedelta
from typing import Any

from django.core.management.base import CommandParser

from core import clock
from core.command import VaultCommand
from reconciliation.queries.history import DAY, HOUR, history
from reconciliation.queries.statistics import Stats, as_told, stats

SPANS = {HOUR: timedelta(hours=24), DAY: timedelta(days=30)}


class Command(VaultCommand):
    help = (
        "How many checks were made, what they came to, how long they took, and what waits. --by: "
        "the last 24 hours or 30 days one by one."
    )
    permission = "reconciliation.view_reconciliationrun"
    of_one_partner = True

    def add_arguments(self, parser: CommandParser) -> None:
        """In which steps."""
        parser.add_argument("--by", choices=list(SPANS))

    def handle(self, *args: Any, **options: Any) -> None:
        """The figures as the API has them."""
        at, partners = clock.database_now(), self.caller.partners
        found = stats(partners=partners, at=at)
        told: dict[str, Any] = {"stats": as_told(found)}
        lines = _in_words(found)
        if by := options["by"]:
            moments = history(partners=partners, by=by, since=at - SPANS[by], until=at)
            told["history"] = [moment.as_told() for moment in moments]
            lines += [
                f"{moment.since.astimezone(clock.NAIROBI):%Y-%m-%d %H:%M}  {moment.total:>9,}  "
                + ", ".join(f"{count:,} {name}" for name, count in sorted(moment.counts.items()))
                for moment in moments
            ]
        self.answer(told, "\n".join(lines))


def _in_words(found: Stats) -> list[str]:
    what = (
        f"{found.total:,} checks: {found.successful:,} matched or under way, "
        f"{found.discrepancies:,} with differences, {found.failed:,} failed"
    )
    how_long = (
        f"{found.average_ms} ms each; p50 {found.p50_ms}, p95 {found.p95_ms}, p99 {found.p99_ms}; "
        f"{found.per_minute} a minute lately"
    )
    now = (
        f"{found.active:,} in work, {found.queue_length:,} wait, {found.retrying:,} of them tried "
        f"before; watching: {found.clients:,}"
    )
    return [what, how_long, now]
