"""manage.py finding_severities [--set TYPE SEVERITY --reason TEXT]"""

from typing import Any

from django.core.management.base import CommandParser

from core import clock
from core.command import BadUsage, VaultCommand
from disbursements.management.dry_run import add_dry_run, taken_back
from disbursements.management.reasons import add_reason
from reconciliation.models import FindingKind, SeverityRule
from reconciliation.operations.severities import PERMISSION, set_severity
from reconciliation.rules.severities import severity_of

VIEW = "reconciliation.view_severityrule"


class Command(VaultCommand):
    help = (
        "How bad each type of difference is; or --set one, from its next check on. Wherever money "
        "was lost or paid twice it is high all the same."
    )

    def permission_for(self, options: dict[str, Any]) -> str:
        """To change needs more than to look."""
        return PERMISSION if options.get("set") else VIEW

    def add_arguments(self, parser: CommandParser) -> None:
        """What to set, and why."""
        parser.add_argument("--set", nargs=2, metavar=("TYPE", "SEVERITY"), help="late low")
        add_reason(parser, required=False)
        add_dry_run(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Set one, or list all."""
        if options["set"]:
            self._set(options)
            return
        table = dict(SeverityRule.objects.values_list("kind", "severity"))
        found = {
            kind: severity_of(kind, is_loss=False, table=table).value
            for kind in FindingKind.values
        }
        lines = [f"{severity:<7} {kind}" for kind, severity in found.items()]
        self.answer({"severities": found}, "\n".join(lines))

    def _set(self, options: dict[str, Any]) -> None:
        kind, severity = options["set"]
        if not options["reason"]:
            raise BadUsage("Say why: --reason 'fees are looked at once a week'")
        with taken_back(dry_run=options["dry_run"]):
            row = set_severity(
                kind=kind, severity=severity, reason=options["reason"], caller=self.caller,
                at=clock.database_now(),
            )  # fmt: skip
        would = "would be" if options["dry_run"] else "is now"
        told = {"type": row.kind, "severity": row.severity, "dryRun": options["dry_run"]}
        self.answer(told, f"{row.kind} {would} {row.severity}")
