"""manage.py alerts [--open | --closed] [--severity S] [--kind K] [--mine]; and what to do with
one: --acknowledge ID, --assign ID --to USERNAME, --close ID, each with --reason."""

from typing import Any

from django.core.management.base import CommandParser

from core import alerts, clock, masking
from core.command import BadUsage, VaultCommand
from core.models import Alert
from reconciliation.queries import alerts as reads
from reconciliation.rules.severities import of_alert
from reconciliation.states import Severity
from vault.management.rental_options import add_rehearsal, rehearsed

SHOWN_MAX = 200
VERBS = ("acknowledge", "assign", "close")
SEVERITIES = [each.value for each in Severity]


class Command(VaultCommand):
    help = (
        "Lists alerts, those that are open first; or acknowledges, assigns or closes one, with "
        "--reason. Text is masked: no whole phone is shown."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Which ones, or what to do with one."""
        state = parser.add_mutually_exclusive_group()
        state.add_argument("--open", action="store_true", help="open ones only")
        state.add_argument("--closed", action="store_true", help="closed ones only")
        parser.add_argument("--severity", choices=SEVERITIES)
        parser.add_argument("--kind", help="such as float_low")
        parser.add_argument("--mine", action="store_true", help="assigned to whoever asks")
        verb = parser.add_mutually_exclusive_group()
        verb.add_argument("--acknowledge", metavar="ID", type=int)
        verb.add_argument("--assign", metavar="ID", type=int)
        verb.add_argument("--close", metavar="ID", type=int)
        parser.add_argument("--to", metavar="USERNAME", help="with --assign; '' for nobody")
        parser.add_argument("--reason", default="", help="at least 8 characters")
        add_rehearsal(parser)

    def permission_for(self, options: dict[str, Any]) -> str:
        """To change needs more than to look."""
        acts = any(options.get(verb) is not None for verb in VERBS)
        return alerts.CHANGE if acts else "core.view_alert"

    def handle(self, *args: Any, **options: Any) -> None:
        """Act on one, or list."""
        for verb in VERBS:
            if options[verb] is not None:
                self._act(verb, options)
                return
        self._list(options)

    def _act(self, verb: str, options: dict[str, Any]) -> None:
        if verb == "assign" and options["to"] is None:
            raise BadUsage("Say to whom: --to USERNAME, such as --to asha")
        about = {"alert_id": options[verb], "reason": options["reason"], "caller": self.caller}
        with rehearsed(dry_run=options["dry_run"]):
            if verb == "acknowledge":
                row = alerts.acknowledge(**about, at=clock.now())
            elif verb == "close":
                row = alerts.close(**about, at=clock.now())
            else:
                row = alerts.assign(**about, to=options["to"], at=clock.now())
        text = f"{'would be ' if options['dry_run'] else ''}{_line(row)}"
        self.answer(reads.as_told(row) | {"dryRun": options["dry_run"]}, text)

    def _list(self, options: dict[str, Any]) -> None:
        state = reads.OPEN if options["open"] else reads.CLOSED if options["closed"] else ""
        rows = reads.rows(
            state=state, severity=options["severity"] or "", kind=options["kind"] or "",
            assigned_to=self.actor if options["mine"] else "",
        )  # fmt: skip
        total, found = rows.count(), list(rows[:SHOWN_MAX])
        lines = [_line(row) for row in found] or ["No such alert"]
        if total > len(found):
            lines.append(f"… and {total - len(found):,} more")
        told = [reads.as_told(row) for row in found]
        self.answer({"total": total, "alerts": told}, "\n".join(lines))


def _line(row: Alert) -> str:
    whose = f", {row.assigned_to}'s" if row.assigned_to else ""
    met = "once" if row.count == 1 else f"{row.count:,} times"
    return (
        f"{row.pk} {of_alert(row.severity).value} {reads.state_of(row)}{whose}: "
        f"{masking.without_phones(row.text)} ({row.kind}, met {met})"
    )
