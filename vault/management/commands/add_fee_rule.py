"""manage.py add_fee_rule --property ID|--owner ID|--partner ID --percent 5 …"""

from typing import Any

from django.core.management.base import CommandParser

from core import clock
from core.command import BadUsage, VaultCommand, an_id
from core.refusals import Refused
from vault.management.rental_options import a_moment, add_rehearsal, rehearsed, shillings
from vault.operations.fee_rules import add_fee_rule
from vault.queries.fees import rule_in_words
from vault.rules.fees import BadPercentage, Terms, percentage_bps


class Command(VaultCommand):
    help = (
        "Add a fee rule of a property, an owner or a partner, from now or a later moment on. "
        "Rules are followed by newer ones; payments of before keep their fee."
    )
    permission = "vault.add_feerule"
    of_one_partner = True

    def add_arguments(self, parser: CommandParser) -> None:
        """Of whom, how much, from when."""
        whose = parser.add_mutually_exclusive_group(required=True)
        for name in ("property", "owner", "partner"):
            whose.add_argument(f"--{name}", metavar="ID", type=an_id)
        parser.add_argument("--percent", metavar="P", help="such as 5 or 7.5; 0 for no fee")
        parser.add_argument("--flat", metavar="SHILLINGS")
        parser.add_argument("--minimum", metavar="SHILLINGS")
        parser.add_argument("--maximum", metavar="SHILLINGS")
        parser.add_argument(
            "--from", dest="valid_from", metavar="MOMENT", type=a_moment,
            help="such as 2027-01-01, in Nairobi; without it: now",
        )  # fmt: skip
        parser.add_argument("--reason", default="")
        add_rehearsal(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """One rule."""
        with rehearsed(dry_run=options["dry_run"]):
            row = add_fee_rule(
                terms=_terms(options),
                partner_id=options["partner"],
                owner_id=options["owner"],
                property_id=options["property"],
                valid_from=options["valid_from"],
                reason=options["reason"],
                caller=self.caller,
                at=clock.now(),
            )
        since = f"{row.valid_from.astimezone(clock.NAIROBI):%-d %b %Y, %H:%M} EAT"
        verb = "would hold" if options["dry_run"] else "holds"
        self.answer(
            {
                "id": None if options["dry_run"] else row.pk,
                "fee": rule_in_words(row),
                "validFrom": row.valid_from.isoformat(),
                "dryRun": options["dry_run"],
            },
            f"{rule_in_words(row)}: {verb} from {since} on",
        )


def _terms(options: dict[str, Any]) -> Terms:
    """A rule is never removed: one of no fee must be asked for, not come of a left out option."""
    if all(options[name] is None for name in ("percent", "flat", "minimum")):
        raise BadUsage("say how much: --percent, --flat or --minimum; --percent 0 is no fee")
    try:
        rate_bps = percentage_bps(options["percent"] or "0")
    except BadPercentage as error:
        raise Refused(str(error), field="percent") from None
    highest = options["maximum"]
    return Terms(
        rate_bps=rate_bps,
        flat_minor=shillings(options["flat"] or "0", field="flat"),
        minimum_minor=shillings(options["minimum"] or "0", field="minimum"),
        maximum_minor=shillings(highest, field="maximum") if highest is not None else None,
    )
