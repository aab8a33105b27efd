"""manage.py disbursement ID-OR-REFERENCE"""

from typing import IO, Any, cast

from django.core.management.base import CommandParser
from rich.console import Console
from rich.table import Table
from rich.text import Text

from core import money
from core.admin import shown
from core.admin.record import Event
from core.command import VaultCommand
from core.masking import masked_phone
from core.refusals import Refused
from disbursements.models import DisbursementRequest, DisbursementRetryLog
from disbursements.operations.export import SEE_PHONES
from disbursements.queries import search
from disbursements.queries.timeline import timeline

FOUND_MAX = 10
STYLES = {"good": "green", "bad": "red", "warn": "yellow", "ask": "magenta", "wait": "cyan"}


class Command(VaultCommand):
    help = (
        "One payout and everything that happened to it, oldest first. It is found as in the "
        "search box: id, reference, receipt, conversation id, phone, amount or name."
    )
    permission = "disbursements.view_disbursementrequest"
    of_one_partner = True

    def add_arguments(self, parser: CommandParser) -> None:
        """What names it."""
        parser.add_argument("name", metavar="ID", help="our id, a reference, a receipt, a phone …")

    def handle(self, *args: Any, **options: Any) -> None:
        """Exactly one."""
        may_see = self.caller.may(SEE_PHONES)
        row = self._found(options["name"], may_see_phones=may_see)
        attempts = list(
            DisbursementRetryLog.objects.filter(disbursement=row).order_by("retry_attempt")
        )
        events = timeline(row, attempts, may_see_phones=may_see)
        if self.as_json:
            self.answer(_as_json(row, events, may_see_phones=may_see), "")
            return
        self._draw(row, events, may_see_phones=may_see)

    def _found(self, name: str, *, may_see_phones: bool) -> DisbursementRequest:
        rows = DisbursementRequest.objects.select_related("partner", "shortcode")
        if self.caller.partners is not None:
            rows = rows.filter(partner_id__in=self.caller.partners)
        found = list(
            search.found(rows, text=name, may_see_phones=may_see_phones).order_by(
                "-created_at", "-id"
            )[: FOUND_MAX + 1]
        )
        if len(found) == 1:
            return found[0]
        if not found:
            raise Refused(
                "names no payout: give its id or reference, such as SAL-2026-11-0001", field="ID"
            )
        named = ", ".join(f"{row.client_reference} ({row.pk})" for row in found[:FOUND_MAX])
        more = " and more" if len(found) > FOUND_MAX else ""
        raise Refused(f"names several payouts: {named}{more}. Give the id of one", field="ID")

    def _draw(
        self, row: DisbursementRequest, events: list[Event], *, may_see_phones: bool
    ) -> None:
        console = Console(file=cast("IO[str]", self.stdout), soft_wrap=True, highlight=False)
        console.print(
            Text(
                f"{row.client_reference} of {row.partner}: "
                f"{money.shown(row.amount_minor, row.currency)} to {_payee(row, may_see_phones)}"
            )
        )
        console.print(Text(f"id {row.pk}"))
        console.print(Text(f"{row.status}: {row.MACHINE.meanings[row.status]}"))
        console.print(
            Text(f"retries {row.retry_count} of {row.max_retries}, attempts {row.attempts_made}")
        )
        table = Table(box=None, pad_edge=False)
        for heading in ("When", "Source", "What", "By"):
            table.add_column(heading, overflow="fold")
        for event in events:
            what = f"{event.title}: {event.text}" if event.text else event.title
            style = STYLES.get(event.tone, "")
            table.add_row(
                Text(event.clock_text), Text(event.source), Text(what, style=style),
                Text(event.actor),
            )  # fmt: skip
        console.print(table)


def _payee(row: DisbursementRequest, may_see_phones: bool) -> str:
    phone = f"+{row.msisdn}" if may_see_phones else masked_phone(row.msisdn)
    phone = row.business or phone
    return f"{shown.free_text(row.payee_name, may_see_phones=may_see_phones)} {phone}".strip()


def _as_json(
    row: DisbursementRequest, events: list[Event], *, may_see_phones: bool
) -> dict[str, Any]:
    return {
        "id": str(row.pk), "clientReference": row.client_reference, "status": row.status,
        "payee": _payee(row, may_see_phones), "currency": row.currency,
        "amount": money.plain(row.amount_minor, row.currency), "receipt": row.receipt,
        "retryCount": row.retry_count, "maxRetries": row.max_retries,
        "timeline": [
            {
                "at": event.at.isoformat(), "source": event.source, "title": event.title,
                "text": event.text, "actor": event.actor,
            }
            for event in events
        ],
    }  # fmt: skip
