"""manage.py alert_recipients [--add NAME | --change ID | --remove ID] [--email … --phone …]"""

from typing import Any

from django.core.management.base import CommandParser

from core import clock, masking
from core.command import BadUsage, VaultCommand, an_id
from reconciliation.models import AlertRecipient
from reconciliation.operations.alert_recipients import (
    ADD,
    CHANGE,
    SEVERITIES,
    STEP_MAX,
    Recipient,
    add,
    change,
)
from reconciliation.queries.alert_targets import told_instead
from vault.management.rental_options import a_time, add_rehearsal, rehearsed

COLUMNS = (
    "name", "email", "phone", "from_severity", "sms_from_severity", "step", "quiet_from",
    "quiet_until",
)  # fmt: skip


class Command(VaultCommand):
    help = (
        "Lists who is told of alerts; --add, --change or --remove one, with --reason. While "
        "nobody is on the list, ADMIN_EMAIL and ADMIN_PHONE are told of high ones."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Whom, and what."""
        verb = parser.add_mutually_exclusive_group()
        verb.add_argument("--add", metavar="NAME")
        verb.add_argument("--change", metavar="ID", type=an_id)
        verb.add_argument("--remove", metavar="ID", type=an_id, help="it stays on record")
        parser.add_argument("--name", help="with --change: another name")
        parser.add_argument("--email", help="such as ops@example.org; '' for none")
        parser.add_argument("--phone", help="for SMS, such as 0712 345 678; '' for none")
        parser.add_argument("--from-severity", choices=SEVERITIES, help="of email")
        parser.add_argument("--sms-from-severity", choices=SEVERITIES)
        parser.add_argument(
            "--step", type=int, choices=range(STEP_MAX + 1),
            help="0: at once; 1 to 3: when nobody acknowledges",
        )  # fmt: skip
        parser.add_argument("--quiet-from", metavar="HH:MM", type=a_time, help="Nairobi's; 21:00")
        parser.add_argument("--quiet-until", metavar="HH:MM", type=a_time)
        parser.add_argument("--no-quiet-hours", action="store_true")
        parser.add_argument("--digest", choices=["on", "off"])
        parser.add_argument("--reason", default="", help="at least 8 characters")
        add_rehearsal(parser)

    def permission_for(self, options: dict[str, Any]) -> str:
        """To change needs more than to look."""
        if options.get("add"):
            return ADD
        acts = options.get("change") or options.get("remove")
        return CHANGE if acts else "reconciliation.view_alertrecipient"

    def handle(self, *args: Any, **options: Any) -> None:
        """Add, change, remove or list."""
        given = _given(options)
        if not (options["add"] or options["change"] or options["remove"]):
            if given:
                raise BadUsage("Say whom: --add NAME or --change ID")
            self._list()
            return
        about = {"reason": options["reason"], "caller": self.caller, "at": clock.now()}
        with rehearsed(dry_run=options["dry_run"]):
            if options["add"]:
                row = add(said=Recipient(**{"name": options["add"]} | given), **about)
            else:
                changes = {"is_active": False} if options["remove"] else given
                recipient_id = options["remove"] or options["change"]
                row = change(recipient_id=recipient_id, changes=changes, **about)
        text = f"{'would be ' if options['dry_run'] else ''}{_line(row)}"
        self.answer(_as_json(row) | {"dryRun": options["dry_run"]}, text)

    def _list(self) -> None:
        rows = list(AlertRecipient.objects.order_by("-is_active", "step", "name"))
        text = "\n".join(_line(row) for row in rows)
        self.answer({"recipients": [_as_json(row) for row in rows]}, text or told_instead())


def _given(options: dict[str, Any]) -> dict[str, Any]:
    given = {name: options[name] for name in COLUMNS if options[name] is not None}
    if options["digest"]:
        given["gets_digest"] = options["digest"] == "on"
    if options["no_quiet_hours"]:
        given |= {"quiet_from": None, "quiet_until": None}
    return given


def _as_json(row: AlertRecipient) -> dict[str, Any]:
    return {
        "id": str(row.pk),
        "name": row.name,
        "email": masking.masked_address(row.email) if row.email else "",
        "phone": masking.masked_phone(row.phone) if row.phone else "",
        "fromSeverity": row.from_severity,
        "smsFromSeverity": row.sms_from_severity,
        "step": row.step,
        "quietFrom": f"{row.quiet_from:%H:%M}" if row.quiet_from else None,
        "quietUntil": f"{row.quiet_until:%H:%M}" if row.quiet_until else None,
        "getsDigest": row.gets_digest,
        "isActive": row.is_active,
    }


def _line(row: AlertRecipient) -> str:
    told = _as_json(row)
    ways = [
        f"email {told['email']} from {row.from_severity}" if row.email else "",
        f"SMS {told['phone']} from {row.sms_from_severity}" if row.phone else "",
        f"step {row.step}",
        f"quiet {told['quietFrom']} to {told['quietUntil']}" if row.quiet_from else "",
        "digest" if row.gets_digest and row.email else "",
    ]
    off = "" if row.is_active else " (taken off)"
    return f"{row.pk} {row.name}{off}: {', '.join(way for way in ways if way)}"
