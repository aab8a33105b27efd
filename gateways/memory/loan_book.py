"""The in-memory doubles of a LoanBook and a LoanDesk, for tests and rehearsals.

`loans = MemoryLoans()`, `loans.approve(7)`, and in `use_loan_book(memory_loan_book(loans),
memory_loan_desk(loans))` every connection speaks with it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from gateways.interface import (
    LOANS_PAGE_MAX,
    AwaitsChecker,
    CallKeeper,
    CheckerVerdict,
    DisbursalOrder,
    DisbursalRecorded,
    FoundDisbursal,
    ListedLoan,
    LoanAccess,
    LoanClient,
    LoanFacts,
    LoanPage,
    LoanState,
    LoanUser,
    PaymentType,
)
from gateways.memory.loan_faults import NOT_THERE_CODE, refusal
from gateways.memory.loans import MemoryLoans


@dataclass(frozen=True, kw_only=True)
class MemoryLoanBook:
    """The LoanBook protocol over MemoryLoans."""

    tenant: MemoryLoans
    access: LoanAccess
    keeper: CallKeeper

    def approved(self, *, offset: int) -> LoanPage:
        """As gateways.interface.LoanBook."""

        def page() -> LoanPage:
            found = [
                self.tenant.loans[loan_id]
                for loan_id in sorted(self.tenant.loans)
                if self.tenant.loans[loan_id].state == LoanState.APPROVED
            ]
            rows = [_listed(each) for each in found[offset : offset + LOANS_PAGE_MAX]]
            return LoanPage(rows=rows, unreadable=(), total=len(found))

        return self.tenant.ask("approved", self.keeper, "READ_LOAN", page)

    def loan(self, loan_id: int) -> LoanFacts:
        """As gateways.interface.LoanBook."""

        def loan() -> LoanFacts:
            if loan_id not in self.tenant.loans:
                raise refusal(NOT_THERE_CODE, f"There is no loan {loan_id}", call="loan")
            return self.tenant.loans[loan_id]

        return self.tenant.ask("loan", self.keeper, "READ_LOAN", loan)

    def client(self, client_id: int) -> LoanClient:
        """As gateways.interface.LoanBook."""

        def client() -> LoanClient:
            if client_id not in self.tenant.clients:
                raise refusal(NOT_THERE_CODE, f"There is no client {client_id}", call="client")
            return self.tenant.clients[client_id]

        return self.tenant.ask("client", self.keeper, "READ_CLIENT", client)

    def record(self, order: DisbursalOrder) -> DisbursalRecorded | AwaitsChecker:
        """As gateways.interface.LoanBook."""
        return self.tenant.ask(
            "record", self.keeper, "DISBURSE_LOAN", lambda: self.tenant.record(order)
        )

    def disbursals(
        self,
        loan_id: int,
        *,
        external_id: str = "",  # noqa: ARG002 - undone ones are told anyway
    ) -> Sequence[FoundDisbursal]:
        """As gateways.interface.LoanBook."""
        return self.tenant.ask(
            "disbursals", self.keeper, "READ_LOAN", lambda: self.tenant.found(loan_id)
        )

    def leave_note(self, *, loan_id: int, text: str) -> None:
        """As gateways.interface.LoanBook."""
        self.tenant.ask(
            "leave_note", self.keeper, "CREATE_LOANNOTE",
            lambda: self.tenant.notes.append((loan_id, text)),
        )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class MemoryLoanDesk:
    """The LoanDesk protocol over MemoryLoans."""

    tenant: MemoryLoans
    access: LoanAccess
    keeper: CallKeeper

    def version(self) -> str:
        """As gateways.interface.LoanDesk."""
        return self.tenant.ask("version", self.keeper, "", lambda: self.tenant.version)

    def user(self) -> LoanUser:
        """As gateways.interface.LoanDesk."""

        def user() -> LoanUser:
            return LoanUser(
                permissions=frozenset(self.tenant.permissions), office=self.tenant.office,
                sees_all_offices=self.tenant.sees_all_offices,
            )  # fmt: skip

        return self.tenant.ask("user", self.keeper, "", user)

    def payment_types(self) -> Sequence[PaymentType]:
        """As gateways.interface.LoanDesk."""
        return self.tenant.ask(
            "payment_types", self.keeper, "READ_PAYMENTTYPE",
            lambda: tuple(self.tenant.payment_types),
        )  # fmt: skip

    def business_date(self) -> date:
        """As gateways.interface.LoanDesk."""
        return self.tenant.ask(
            "business_date", self.keeper, "READ_BUSINESS_DATE", self.tenant.today
        )

    def checker_verdict(self, *, loan_id: int, command_id: int) -> CheckerVerdict:
        """As gateways.interface.LoanDesk."""

        def verdict() -> CheckerVerdict:
            if "READ_AUDIT" not in self.tenant.permissions:
                return CheckerVerdict(state="waits")
            order, state = self.tenant.waiting.get(command_id, (None, "gone"))
            ours = order is not None and order.loan_id == loan_id
            return CheckerVerdict(state=state if ours else "gone")

        return self.tenant.ask("checker_verdict", self.keeper, "", verdict)


def memory_loan_book(
    loans: MemoryLoans,
) -> Callable[[LoanAccess, CallKeeper], MemoryLoanBook]:
    """A factory for registry.use_loan_book: every access speaks with this tenant."""
    return lambda access, keeper: MemoryLoanBook(tenant=loans, access=access, keeper=keeper)


def memory_loan_desk(
    loans: MemoryLoans,
) -> Callable[[LoanAccess, CallKeeper], MemoryLoanDesk]:
    """As memory_loan_book, for the desk."""
    return lambda access, keeper: MemoryLoanDesk(tenant=loans, access=access, keeper=keeper)


def _listed(facts: LoanFacts) -> ListedLoan:
    return ListedLoan(
        loan_id=facts.loan_id, state=facts.state, gross_minor=facts.gross_minor,
        net_minor=facts.net_minor, approved_on=facts.approved_on, product_id=facts.product_id,
        client_id=facts.client_id,
    )  # fmt: skip
