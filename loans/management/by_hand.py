"""LoanCommand: what the commands share that do one thing to one loan."""

from typing import Any

from django.core.management.base import CommandParser

from core import clock
from core.command import VaultCommand
from disbursements.management.reasons import add_reason
from disbursements.operations.export import SEE_PHONES
from loans.management import differences
from loans.management.loans import as_json, in_a_line, to_do
from loans.management.named import tracked
from loans.models import LoanTracking
from loans.queries.beside import present_bookings


class LoanCommand(VaultCommand):
    """One operation on one loan; answers with the loan as it is then."""

    of_one_partner = True
    wants_reason = True

    def add_arguments(self, parser: CommandParser) -> None:
        """Which loan, and why."""
        parser.add_argument("loan", metavar="LOAN", help="its number in Mifos X, or our id")
        if self.wants_reason:
            add_reason(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it, and show what became of the loan."""
        loan = tracked(options["loan"], caller=self.caller)
        asked: dict[str, Any] = {
            "loan_id": loan.pk, "caller": self.caller, "at": clock.database_now()
        }  # fmt: skip
        self.deed(**asked, **({"reason": options["reason"]} if self.wants_reason else {}))
        self._tell(tracked(str(loan.pk), caller=self.caller))

    def deed(self, **asked: Any) -> object:
        """The operation: it takes loan_id, caller, at, and the reason where one is wanted."""
        raise NotImplementedError

    def _tell(self, row: LoanTracking) -> None:
        may_see = self.caller.may(SEE_PHONES)
        present = present_bookings([row]).get(row.pk)
        self.answer(
            as_json(row, present, may_see=may_see)
            | {"differences": differences.as_json(row, may_see=may_see)},
            "\n".join(
                [
                    in_a_line(row, present, may_see=may_see),
                    *to_do(row),
                    *differences.in_lines(row, may_see=may_see),
                ]
            ),
        )
