"""Read the list of approved loans and look at what is new or said otherwise; change nothing."""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from django.db import InterfaceError, OperationalError

from core import clock
from core.refusals import Refused
from gateways.errors import Declined, Unclear, Unreachable
from gateways.interface import AccessRefused
from gateways.interface.loans import ListedLoan, LoanState
from loans.models import (
    LoanBooking,
    LoanProductAutoDisbursalConfig,
    LoanSyncRun,
    LoanTracking,
)
from loans.operations import counting, listing, sorting
from loans.operations.listing import STEP, Listing
from loans.operations.reach_mifos import Line
from loans.operations.recheck import Looked, look
from loans.operations.sorting import Todo
from loans.operations.track import unsaved
from loans.queries import due

logger = logging.getLogger(__name__)

BUDGET_S = 25.0
LOOKED_AGAIN_MAX = 25
MISSING_MAX = 50
UNCLEAR_IN_A_ROW_MAX = 3
UNEXPECTED = "something of ours went wrong with this loan; the log says what"
Answer = TypeVar("Answer")


@dataclass(frozen=True, kw_only=True)
class Noticed:
    """One loan that something is to be done about. `booking`: ours, that was perhaps undone."""

    todo: Todo
    loan: LoanTracking
    looked: Looked
    product: LoanProductAutoDisbursalConfig | None = None
    booking: LoanBooking | None = None


class Noticing:
    """One pass over the partner's approved loans, within BUDGET_S; counts into `run`.

    What befalls one loan is told there and stops no other.
    """

    def __init__(self, line: Line, run: LoanSyncRun, *, at: datetime) -> None:
        self.line, self.run, self.at = line, run, at
        self.partner_id = line.connection.partner_id
        self.products = due.products(self.partner_id)
        self.ends_s = clock.stopwatch_s() + BUDGET_S
        self.unclear = 0
        self.complete = self.cut_off = False
        again = due.held_by_facts(self.partner_id)[:LOOKED_AGAIN_MAX]
        self.put_right = set(again.values_list("pk", flat=True))

    def __iter__(self) -> Iterator[Noticed]:
        """Raises AccessRefused, Unreachable, Unclear (several in a row), NotNow."""
        seen = Listing()
        for rows in listing.pages(self.line, self.run, seen):
            self.run.fetched += len(rows)
            yield from self._of_page(rows)
        self.complete = seen.complete and not self.cut_off
        if seen.complete:
            yield from self._missing(seen.seen)

    def _of_page(self, rows: list[ListedLoan]) -> Iterator[Noticed]:
        tracked = due.tracked(self.partner_id, [row.loan_id for row in rows])
        booked = due.seen_booked(list(tracked.values()))
        for row in rows:
            loan = tracked.get(row.loan_id)
            if loan is None:
                yield from self._new(row)
            else:
                yield from self._known(row, loan, booked.get(loan.pk))

    def _new(self, row: ListedLoan) -> Iterator[Noticed]:
        code = sorting.of_new(row, self.products)
        loan = unsaved(self.line.connection, row.loan_id, at=self.at)
        looked = None if code else self._look(loan)
        if looked is not None:
            code = self._why_not(loan, looked)
        if code:
            counting.skip(self.run, code)
        elif looked is not None and looked.facts is not None:
            product = self.products[looked.facts.product_id]
            yield Noticed(todo=Todo.TRACK, loan=loan, looked=looked, product=product)

    def _why_not(self, loan: LoanTracking, looked: Looked) -> str:
        facts = looked.facts
        if facts is None or facts.state != LoanState.APPROVED:
            return "not_approved_row"
        if facts.loan_id != loan.loan_id:
            return "unreadable_row"
        return sorting.why_not_product(facts.product_id, self.products)

    def _known(
        self, row: ListedLoan, loan: LoanTracking, booking: LoanBooking | None
    ) -> Iterator[Noticed]:
        todo = sorting.of_tracked(row, loan, self.products, booking)
        if loan.pk in self.put_right:
            todo = Todo.LOOK_AGAIN
        if todo == Todo.LEAVE:
            paid = loan.status == LoanTracking.Status.DISBURSED
            counting.skip(self.run, "paid_not_booked" if paid else "already_known")
            return
        yield from self._again(todo, loan, booking)

    def _missing(self, listed: set[int]) -> Iterator[Noticed]:
        """Loans that were approved when last looked at, and are not in the list any more."""
        missing = [
            loan
            for loan in due.waiting_as_approved(self.partner_id).iterator()
            if loan.loan_id not in listed
        ]
        for loan in missing[:MISSING_MAX]:
            yield from self._again(Todo.LOOK_AGAIN, loan, None)

    def _again(
        self, todo: Todo, loan: LoanTracking, booking: LoanBooking | None
    ) -> Iterator[Noticed]:
        looked = self._look(loan)
        if looked is not None:
            yield Noticed(
                todo=todo, loan=loan, looked=looked, booking=booking,
                product=self.products.get(loan.product_id),
            )  # fmt: skip

    def _look(self, loan: LoanTracking) -> Looked | None:
        """None when it could not be looked at, which is told in the run."""
        if clock.stopwatch_s() > self.ends_s:
            counting.skip(self.run, "no_time_left")
            self.cut_off = True
            return None
        return self.patiently(loan, lambda: look(self.line, loan))

    def patiently(self, loan: LoanTracking, call: Callable[[], Answer]) -> Answer | None:
        """What the call answers; None, told in the run, when it fails for this loan only."""
        try:
            answer = call()
        except (AccessRefused, Unreachable, Refused, OperationalError, InterfaceError):
            raise
        except (Declined, Unclear) as error:
            self.unclear += isinstance(error, Unclear)
            if self.unclear >= UNCLEAR_IN_A_ROW_MAX:
                raise
            self._trouble(loan, code=error.code or "no_answer", text=str(error))
            return None
        except Exception:
            logger.exception("Loan %s could not be looked at", loan.loan_id)
            self._trouble(loan, code="unexpected", text=UNEXPECTED)
            return None
        self.unclear = 0
        return answer

    def _trouble(self, loan: LoanTracking, *, code: str, text: str) -> None:
        counting.trouble(self.run, step=STEP, loan_id=loan.loan_id, code=code, text=text)
