"""manage.py notice_settings [--partner ID --kind KIND --sms on|off --email on|off …]"""

from typing import Any

from django.core.management.base import CommandParser

from core import clock
from core.admin.scope import of_partners
from core.command import BadUsage, VaultCommand, an_id
from vault.management.rental_options import add_rehearsal, rehearsed
from vault.models import NoticeKind, NoticeSetting
from vault.operations.notices import CHANGE, change_setting


class Command(VaultCommand):
    help = (
        "Which notices partners send, by channel; with --kind, switch one on or off. All are off "
        "at first. Nobody is told of what happened before it was switched on."
    )
    permission = "vault.view_noticesetting"
    of_one_partner = True

    def add_arguments(self, parser: CommandParser) -> None:
        """Whose, which kind, which channels."""
        parser.add_argument("--partner", metavar="ID", type=an_id)
        parser.add_argument("--kind", choices=NoticeKind.values)
        parser.add_argument("--sms", choices=["on", "off"])
        parser.add_argument("--email", choices=["on", "off"])
        parser.add_argument("--reason", default="", help="at least 8 characters")
        add_rehearsal(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Change one, or list."""
        if options["kind"]:
            self._change(options)
        else:
            self._list()

    def _change(self, options: dict[str, Any]) -> None:
        if options["partner"] is None or not (options["sms"] or options["email"]):
            raise BadUsage("Name --partner, --kind, and --sms or --email, such as --sms on")
        self.caller.demand(CHANGE)
        now = NoticeSetting.objects.filter(
            partner_id=options["partner"], kind=options["kind"]
        ).first()
        is_on = {
            "sms": now is not None and now.sms_since is not None,
            "email": now is not None and now.email_since is not None,
        }
        wish = {
            channel: options[channel] == "on" if options[channel] else was
            for channel, was in is_on.items()
        }
        with rehearsed(dry_run=options["dry_run"]):
            row = change_setting(
                partner_id=options["partner"], kind=options["kind"], by_sms=wish["sms"],
                by_email=wish["email"], reason=options["reason"], caller=self.caller,
                at=clock.now(),
            )  # fmt: skip
        verb = "would be " if options["dry_run"] else ""
        self.answer(_as_json(row) | {"dryRun": options["dry_run"]}, f"{verb}{_line(row)}".strip())

    def _list(self) -> None:
        rows = NoticeSetting.objects.select_related("partner").order_by("partner__name", "kind")
        found = list(of_partners(rows, self.caller.partners, path="partner"))
        text = "\n".join(_line(row) for row in found)
        self.answer({"settings": [_as_json(row) for row in found]}, text or "Every kind is off")


def _as_json(row: NoticeSetting) -> dict[str, Any]:
    return {
        "partner": str(row.partner_id),
        "kind": row.kind,
        "smsSince": row.sms_since.isoformat() if row.sms_since else None,
        "emailSince": row.email_since.isoformat() if row.email_since else None,
    }


def _line(row: NoticeSetting) -> str:
    sms, email = ("on" if since else "off" for since in (row.sms_since, row.email_since))
    return f"{row.partner}: {row.kind}: SMS {sms}, email {email}"
