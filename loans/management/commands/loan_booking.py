"""manage.py loan_booking LOAN [--again --reason TEXT]"""

from typing import Any

from django.core.management.base import CommandParser

from core import clock
from core.command import BadUsage, VaultCommand
from disbursements.management.dry_run import add_dry_run, taken_back
from disbursements.management.reasons import add_reason
from loans.management.bookings import (
    booking_as_json,
    booking_in_words,
    proposal_as_json,
    proposal_in_words,
)
from loans.management.named import tracked
from loans.models import LoanTracking
from loans.operations.book_again import PERMISSION, CannotBook, book_again
from loans.queries.bookings import bookings_of, to_decide_on
from loans.queries.proposals import open_proposal

VIEW = "loans.view_loanbooking"


class Command(VaultCommand):
    help = (
        "How a paid loan stands in the books of Mifos X. With --again it is booked once more, "
        "after what was refused is put right there; nobody is paid by it."
    )
    of_one_partner = True

    def permission_for(self, options: dict[str, Any]) -> str:
        """To look, or to book again."""
        return PERMISSION if options["again"] else VIEW

    def add_arguments(self, parser: CommandParser) -> None:
        """Which loan, and whether to book it again."""
        parser.add_argument("loan", metavar="LOAN", help="our id, or its number in Mifos X")
        parser.add_argument("--again", action="store_true", help="book it once more")
        add_reason(parser, required=False)
        add_dry_run(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Show it, after it was booked again where that is asked."""
        loan, dry_run = tracked(options["loan"], caller=self.caller), options["dry_run"]
        if bool(options["again"]) != bool(options["reason"]):
            raise BadUsage("--again needs --reason TEXT, and --reason is for --again")
        with taken_back(dry_run=dry_run):
            if options["again"]:
                self._again(loan, options["reason"])
            rows = list(bookings_of(loan))
        waiting = open_proposal(loan)
        lines = [booking_in_words(row) for row in rows]
        lines += [proposal_in_words(waiting)] if waiting else []
        self.answer(
            {"bookings": [booking_as_json(row) for row in rows],
             "proposal": proposal_as_json(waiting) if waiting else None, "dryRun": dry_run},
            "\n".join(lines) or "It was not paid yet, so there is nothing to book.",
        )  # fmt: skip

    def _again(self, loan: LoanTracking, reason: str) -> None:
        booking = to_decide_on(loan, give_up=True)
        if booking is None:
            raise CannotBook("It was not paid yet, so there is nothing to book")
        book_again(
            booking_id=booking.pk, reason=reason, caller=self.caller, at=clock.database_now()
        )
