"""A lender in memory: a Mifos X, an M-Pesa, one partner, and the verbs between them."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from core import clock
from core.callers import Caller
from core.models import Step
from disbursements.models import DisbursementRequest
from disbursements.operations.send import send_due
from gateways.interface import PaymentState, PayoutOrder
from gateways.memory import MemoryLoans, MemoryProvider
from loans.models import LoanBooking, LoanSyncRun, LoanTracking, MifosConnection
from loans.operations.clear_payouts import clear_payouts
from loans.operations.fetch import fetch
from loans.operations.follow import follow
from loans.operations.process import process
from loans.operations.reach_mifos import Line, open_line
from tests.disbursements.conftest import Reports
from tests.wire import MovedClock

LOAN = 7
PERMANENT, BACKOFF, FLOAT_EMPTY = "2040", "7777", "1"
REASON = "the branch rang us about it"
Work = Callable[..., None]


def a_person(name: str = "amina", *permissions: str, partners: Any = None) -> Caller:
    """Somebody at the desk; with every permission unless some are named."""
    return Caller(
        actor=name, origin="test", partners=partners,
        permissions=frozenset(permissions) if permissions else None,
    )  # fmt: skip


class House:
    """Every verb is one call of the product; every noun is read anew."""

    def __init__(
        self, mifos: MemoryLoans, mpesa: MemoryProvider, connection: MifosConnection,
        moved: MovedClock,
    ) -> None:  # fmt: skip
        self.mifos, self.mpesa, self.connection, self.moved = mifos, mpesa, connection, moved
        self.reports = Reports(moved)

    def tracked(self, loan_id: int = LOAN, **facts: Any) -> LoanTracking:
        """Approved there, fetched here."""
        self.mifos.approve(loan_id, **facts)
        self.runs(fetch)
        return self.loan(loan_id)

    def handed_over(self, loan_id: int = LOAN, **facts: Any) -> LoanTracking:
        """And its payout is queued."""
        self.tracked(loan_id, **facts)
        self.runs(process)
        return self.loan(loan_id)

    def failed(self, loan_id: int = LOAN, code: str = PERMANENT) -> LoanTracking:
        """And its payout is proven not paid."""
        self.handed_over(loan_id)
        self.fails(loan_id, code)
        follow(at=self.at)
        return self.loan(loan_id)

    def paid(self, loan_id: int = LOAN) -> LoanTracking:
        """And its payout paid."""
        self.handed_over(loan_id)
        self.pays(loan_id)
        follow(at=self.at)
        return self.loan(loan_id)

    def runs(self, work: Work, *, at_once: bool = False) -> LoanSyncRun:
        """One stretch of work of the partner; what it counted."""
        run = self.new_run()
        with open_line(self.connection, run=run, at=self.at, at_once=at_once) as line:
            work(line, run, at=self.at)
        return run

    def looks(self) -> LoanSyncRun:
        """What waits for a look is looked at."""
        return self.runs(clear_payouts)

    def new_run(self) -> LoanSyncRun:
        return LoanSyncRun(
            partner=self.connection.partner, trigger="test", actor="test", started_at=self.at
        )

    def fails(self, loan_id: int = LOAN, code: str = PERMANENT) -> None:
        """Sent, reported as failed, and proven by a question."""
        row = self.sent(loan_id)
        self.reports.failed(row, code, "The balance is insufficient")
        DisbursementRequest.objects.filter(pk=row.pk, ask_at__isnull=False).update(ask_at=self.at)
        self.reports.asked(row)
        self.reports.answered(row, PaymentState.NOT_PAID)

    def pays(self, loan_id: int = LOAN, receipt: str = "UKL1000001") -> DisbursementRequest:
        """Sent, and reported as paid."""
        row = self.sent(loan_id)
        self.reports.paid(row, receipt=receipt)
        return row

    def sent(self, loan_id: int = LOAN) -> DisbursementRequest:
        send_due()
        send_due(status="retrying")
        return self.payout(loan_id)

    def loan(self, loan_id: int = LOAN) -> LoanTracking:
        return LoanTracking.objects.get(loan_id=loan_id)

    def payout(self, loan_id: int = LOAN, cycle: int = 0) -> DisbursementRequest:
        """The latest payout of the loan's present cycle, or of this one."""
        loan = self.loan(loan_id)
        rows = DisbursementRequest.objects.filter(origin_id=f"{loan.pk}:{cycle or loan.cycle}")
        replaced = rows.filter(corrects__isnull=False).values("corrects")
        return rows.exclude(pk__in=replaced).latest("created_at")

    def booking(self, loan_id: int = LOAN) -> LoanBooking:
        return LoanBooking.objects.get(loan__loan_id=loan_id, cycle=self.loan(loan_id).cycle)

    @property
    def sends(self) -> list[PayoutOrder]:
        """What M-Pesa was asked to pay."""
        return [each for each in self.mpesa.calls if isinstance(each, PayoutOrder)]

    @property
    def at(self) -> datetime:
        return self.moved()


def steps_of(row_id: UUID) -> list[str]:
    """Why its status changed, oldest first."""
    rows = Step.objects.filter(subject_id=str(row_id)).order_by("id")
    return list(rows.values_list("because", flat=True))


__all__ = ["House", "Line", "a_person", "clock", "steps_of"]
