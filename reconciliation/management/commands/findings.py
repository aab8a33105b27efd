"""manage.py findings [ID] [filters]; or --dismiss ID --reason TEXT"""

from typing import Any

from django.core.management.base import CommandParser

from core import clock
from core.command import BadUsage, VaultCommand, an_id
from disbursements.management.dry_run import add_dry_run, taken_back
from disbursements.management.reasons import add_reason
from reconciliation.models import Finding
from reconciliation.operations.dismiss import PERMISSION, NoSuchFinding, dismiss
from reconciliation.operations.select_rows import select_rows
from reconciliation.queries import findings
from reconciliation.rules.finding_words import explain

VIEW = "reconciliation.view_finding"
SHOWN_MAX = 50
WORDS = {
    "status": "open, dismissed, cured; with commas between",
    "severity": "high, medium, low; with commas between",
    "type": "such as amount_mismatch,late",
    "kind": "such as payment,disbursement",
    "partner": "its id",
    "id": "of what differs: our id, a reference, a receipt or a loan's number",
    "from": "a day or a moment, included",
    "to": "a day, included, or a moment, excluded",
    "search": "our id, a reference or a receipt, exactly",
}


class Command(VaultCommand):
    help = (
        f"Differences between what we say of payments and what others say, the newest {SHOWN_MAX} "
        "first; one in full by its ID; or --dismiss one, which says why it is all right."
    )
    of_one_partner = True

    def permission_for(self, options: dict[str, Any]) -> str:
        """To dismiss needs more than to look."""
        return PERMISSION if options.get("dismiss") else VIEW

    def add_arguments(self, parser: CommandParser) -> None:
        """Which, and what to do with one."""
        parser.add_argument("finding", metavar="ID", nargs="?", type=an_id, help="one, in full")
        for name, words in WORDS.items():
            parser.add_argument(f"--{name}", dest=f"filter_{name}", metavar="VALUE", help=words)
        parser.add_argument("--dismiss", metavar="ID", type=an_id)
        add_reason(parser, required=False)
        add_dry_run(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Dismiss, show one, or list."""
        if options["dismiss"]:
            self._dismiss(options)
        elif options["finding"]:
            row = findings.rows({}, partners=self.caller.partners).filter(pk=options["finding"])
            if not row:
                raise NoSuchFinding(f"there is no finding {options['finding']}", field="finding")
            self.answer(findings.as_told(row[0]), _in_full(row[0]))
        else:
            self._list({name: options[f"filter_{name}"] for name in WORDS})

    def _dismiss(self, options: dict[str, Any]) -> None:
        if not options["reason"]:
            raise BadUsage("Say why: --reason 'the letter of the bank says the same'")
        with taken_back(dry_run=options["dry_run"]):
            row = dismiss(
                finding_id=options["dismiss"], reason=options["reason"], caller=self.caller,
                at=clock.database_now(),
            )  # fmt: skip
        would = "would be " if options["dry_run"] else ""
        told = findings.as_told(row) | {"dryRun": options["dry_run"]}
        self.answer(told, f"{would}{_in_a_line(row)}")

    def _list(self, values: dict[str, Any]) -> None:
        rows = select_rows(findings.rows, findings.TABLE.among(values), caller=self.caller)
        total, found = rows.count(), list(rows[:SHOWN_MAX])
        lines = [_in_a_line(row) for row in found] or ["No difference"]
        if total > len(found):
            lines.append(f"… and {total - len(found):,} more")
        told = [findings.as_told(row) for row in found]
        self.answer({"total": total, "findings": told}, "\n".join(lines))


def _in_a_line(row: Finding) -> str:
    which = f"{row.subject_kind} {row.reference}".strip()
    return f"{row.pk} {row.severity} {row.status} {row.kind} of {which}: {row.text}"


def _in_full(row: Finding) -> str:
    meaning = explain(row.kind)
    names = dict.fromkeys([*row.here, *row.there])
    sides = [f"  {name}: {row.here.get(name, '-')} | {row.there.get(name, '-')}" for name in names]
    return "\n".join(
        [
            _in_a_line(row), f"{row.subject_kind} {row.subject_id} {row.reference}".strip(),
            f"We | {row.there_name}", *sides, meaning.what, meaning.what_to_do,
        ]
    )  # fmt: skip
