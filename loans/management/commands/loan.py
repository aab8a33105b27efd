"""manage.py loan LOAN"""

from typing import Any

from django.core.management.base import CommandParser

from core.admin.record import Event
from core.command import VaultCommand
from disbursements.operations.export import SEE_PHONES
from loans.management import differences
from loans.management.bookings import booking_as_json, booking_in_words
from loans.management.loans import as_json, in_a_line, to_do
from loans.management.named import tracked
from loans.models import LoanBooking
from loans.queries.beside import present_bookings
from loans.queries.timeline import timeline


class Command(VaultCommand):
    help = "One loan: where it stands and why, its bookings, and all that happened, oldest first."
    permission = "loans.view_loantracking"
    of_one_partner = True

    def add_arguments(self, parser: CommandParser) -> None:
        """What names it."""
        parser.add_argument("loan", metavar="LOAN", help="its number in Mifos X, or our id")

    def handle(self, *args: Any, **options: Any) -> None:
        """Exactly one."""
        may_see = self.caller.may(SEE_PHONES)
        row = tracked(options["loan"], caller=self.caller)
        present = present_bookings([row]).get(row.pk)
        bookings = list(
            LoanBooking.objects.filter(loan=row).select_related("loan").order_by("cycle")
        )
        events = timeline(row, may_see_phones=may_see)
        self.answer(
            as_json(row, present, may_see=may_see)
            | {
                "differences": differences.as_json(row, may_see=may_see),
                "bookings": [booking_as_json(booking) for booking in bookings],
                "timeline": [_event(event) for event in events],
            },
            "\n".join(
                [
                    f"{row.pk}: {in_a_line(row, present, may_see=may_see)}",
                    *to_do(row),
                    *differences.in_lines(row, may_see=may_see),
                    *(booking_in_words(booking) for booking in bookings),
                    *(_line(event) for event in events),
                ]
            ),
        )


def _event(event: Event) -> dict[str, Any]:
    return {
        "at": event.at.isoformat(), "source": event.source, "title": event.title,
        "text": event.text, "actor": event.actor,
    }  # fmt: skip


def _line(event: Event) -> str:
    what = f"{event.title}: {event.text}" if event.text else event.title
    by = f" ({event.actor})" if event.actor else ""
    return f"{event.clock_text}  {event.source}  {what}{by}"
