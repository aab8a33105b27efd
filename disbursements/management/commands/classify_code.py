"""manage.py classify_code CODE [--api b2c] --outcome O --next N [--meaning TEXT] --reason TEXT"""

from typing import Any

from django.core.management.base import CommandParser

from core import clock
from core.command import BadUsage, VaultCommand
from disbursements.management.reasons import add_reason
from disbursements.models import ResultCodeRule, RuleNext, RuleOutcome, RuleScope, WhoseSide
from disbursements.operations.classify_code import WHERE_MET, add_rule, edit_rule

GIVEN = ("meaning", "meaning_sw", "whose_side", "what_to_do", "what_to_do_sw")


class Command(VaultCommand):
    help = (
        "Say what a provider's code means and what we do next. A row that is there is edited, "
        "otherwise one is added and the alert about the code closes."
    )
    permission = "disbursements.change_resultcoderule"

    def add_arguments(self, parser: CommandParser) -> None:
        """The code and its row."""
        parser.add_argument("code", metavar="CODE", help="as the provider writes it, such as 2040")
        parser.add_argument("--api", default="b2c", choices=WHERE_MET)
        parser.add_argument("--outcome", choices=RuleOutcome.values, required=True)
        parser.add_argument("--next", choices=RuleNext.values, required=True)
        parser.add_argument("--scope", choices=RuleScope.values, default=RuleScope.PAYMENT)
        parser.add_argument(
            "--text-pattern", metavar="TEXT", default="", help="only answers whose text has this"
        )
        parser.add_argument("--meaning", metavar="TEXT", help="what happened, in English")
        parser.add_argument("--meaning-sw", metavar="TEXT", help="what happened, in Swahili")
        parser.add_argument("--whose-side", choices=WhoseSide.values)
        parser.add_argument("--what-to-do", metavar="TEXT", help="in English")
        parser.add_argument("--what-to-do-sw", metavar="TEXT", help="in Swahili")
        add_reason(parser)
        parser.add_argument("--dry-run", action="store_true", help="show what would change")

    def handle(self, *args: Any, **options: Any) -> None:
        """Edit the row, or add it."""
        values = {name: options[name] for name in ("outcome", "next", "scope")}
        values |= {name: options[name] for name in GIVEN if options[name] is not None}
        found = ResultCodeRule.objects.filter(
            api=options["api"], code=options["code"], text_pattern=options["text_pattern"]
        ).first()
        if found is None and "meaning" not in values:
            raise BadUsage("This code has no row yet: say with --meaning what happened")
        old = {} if found is None else {name: getattr(found, name) for name in values}
        if not options["dry_run"]:
            self._write(found, values, options)
        changed = {name: value for name, value in values.items() if old.get(name) != value}
        verb = "added" if found is None else "edited"
        lines = [
            f"{name}: {old.get(name, '')!s:.60} -> {value}" for name, value in changed.items()
        ]
        self.answer(
            {
                "api": options["api"], "code": options["code"], "row": verb,
                "changed": changed, "dryRun": options["dry_run"],
            },
            "\n".join([f"{options['api']} {options['code']}: {verb}", *lines]),
        )  # fmt: skip

    def _write(
        self, found: ResultCodeRule | None, values: dict[str, Any], options: dict[str, Any]
    ) -> None:
        trail = {"reason": options["reason"], "actor": self.actor, "at": clock.database_now()}
        if found is not None:
            edit_rule(rule_id=found.pk, changes=values, **trail)
            return
        pattern = {"text_pattern": options["text_pattern"]}
        add_rule(api=options["api"], code=options["code"], values=values | pattern, **trail)
