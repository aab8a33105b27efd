"""One tenant of a loan server in memory: loans, disbursals, keys, a checker, faults.

For tests and rehearsals. It keeps the promises of the protocol (a disbursal is booked once under
its key and once under its external id, an undone one keeps its id) and never reads our tables.
"""

from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from threading import RLock
from typing import Any, TypeVar

from core import clock
from core.money import exponent
from gateways.errors import Declined, GatewayError, Unclear
from gateways.interface import (
    LOAN_KEY_CHARACTERS_MAX,
    PAID_OUT_LOAN_STATES,
    AwaitsChecker,
    CallKeeper,
    DisbursalOrder,
    DisbursalRecorded,
    FoundDisbursal,
    LoanClient,
    LoanFacts,
    LoanState,
    PaymentType,
)
from gateways.memory.loan_faults import (
    CARRIED_OUT,
    INTEGRITY_CODE,
    NOT_APPROVED_CODE,
    NOT_THERE_CODE,
    OTHER_LOAN,
    LoanFault,
    error_of,
    exchange_of,
    refusal,
)

NEEDED = frozenset({
    "READ_LOAN", "DISBURSE_LOAN", "READ_CLIENT", "READ_PAYMENTTYPE", "READ_BUSINESS_DATE",
    "READ_CONFIGURATION", "CREATE_LOANNOTE", "READ_AUDIT",
})  # fmt: skip
MPESA = PaymentType(type_id=2, name="M-Pesa", is_cash=False)
Answer = TypeVar("Answer")
Kept = DisbursalRecorded | AwaitsChecker | Declined


@dataclass
class MemoryLoans:
    """One tenant's memory; MemoryLoanBook and MemoryLoanDesk speak with it. Safe for threads.

    With `checks` on, a disbursal waits until somebody decides it with `decide`.
    """

    loans: dict[int, LoanFacts] = field(default_factory=dict)
    clients: dict[int, LoanClient] = field(default_factory=dict)
    disbursals: defaultdict[int, list[FoundDisbursal]] = field(
        default_factory=lambda: defaultdict(list)
    )
    notes: list[tuple[int, str]] = field(default_factory=list)
    permissions: set[str] = field(default_factory=lambda: set(NEEDED))
    payment_types: list[PaymentType] = field(default_factory=lambda: [MPESA])
    version: str = "1.12.0"
    office: str = "Head Office"
    sees_all_offices: bool = True
    business_day: date | None = None
    checks: bool = False
    waiting: dict[int, tuple[DisbursalOrder, str]] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    _faults: defaultdict[str, deque[LoanFault]] = field(default_factory=lambda: defaultdict(deque))
    _kept: dict[str, tuple[int, Kept]] = field(default_factory=dict)
    _lock: RLock = field(default_factory=RLock)

    def approve(
        self, loan_id: int, *, gross_minor: int = 1_000_000, net_minor: int | None = 950_000,
        phone: str = "0700 100 001", name: str = "Amina Example", **changes: Any,
    ) -> LoanFacts:  # fmt: skip
        """A loan that waits for its disbursal; `changes` are fields of LoanFacts."""
        client_id = changes.pop("client_id", 1_000 + loan_id)
        facts = LoanFacts(
            loan_id=loan_id, state=LoanState.APPROVED, account_no=f"{loan_id:09d}", product_id=1,
            product_name="Working capital", client_id=client_id, client_name=name,
            kind="individual", gross_minor=gross_minor, net_minor=net_minor, currency="KES",
            approved_on=self.today(), expected_on=self.today(), several_disbursals=False,
        )  # fmt: skip
        with self._lock:
            self.loans[loan_id] = replace(facts, **changes)
            if client_id is not None:
                self.clients[client_id] = LoanClient(
                    client_id=client_id, name=name, active=True, phone_as_written=phone
                )
        return self.loans[loan_id]

    def change(self, loan_id: int, **changes: Any) -> None:
        """Change fields of a loan's facts, as somebody there would."""
        self.loans[loan_id] = replace(self.loans[loan_id], **changes)

    def change_client(self, loan_id: int, **changes: Any) -> None:
        """Change its client: phone_as_written, active, name."""
        client_id = self.loans[loan_id].client_id or 0
        self.clients[client_id] = replace(self.clients[client_id], **changes)

    def disburse_there(self, loan_id: int, *, receipt: str = "") -> None:
        """Somebody else disburses it."""
        self._add(loan_id, external_id="", receipt=receipt, amount_minor=None, on=self.today())

    def undo(self, loan_id: int) -> None:
        """Somebody undoes its disbursals: it waits again."""
        rows = self.disbursals[loan_id]
        rows[:] = [replace(each, reversed=True) for each in rows]
        self.change(loan_id, state=LoanState.APPROVED)

    def decide(self, command_id: int, *, approved: bool) -> None:
        """The checker there decides what waits."""
        order, _state = self.waiting[command_id]
        self.waiting[command_id] = (order, "approved" if approved else "rejected")
        if approved:
            self._carry_out(order)

    def next_fault(self, call: str, *faults: LoanFault) -> None:
        """The next calls of this method, such as `record`, go wrong like this, then none."""
        self._faults[call].extend(faults)

    def today(self) -> date:
        """The day that the server books on."""
        return self.business_day or clock.now().date()

    def ask(
        self, call: str, keeper: CallKeeper, permission: str, do: Callable[[], Answer]
    ) -> Answer:
        """One call: let through by its keeper, kept, and gone wrong where it shall."""
        keeper.before_call()
        try:
            answer = self._answer(call, permission, do)
        except GatewayError as error:
            keeper.after_call(error.exchange or exchange_of(call, status=None))
            raise
        keeper.after_call(exchange_of(call))
        return answer

    def record(self, order: DisbursalOrder) -> DisbursalRecorded | AwaitsChecker:
        """Book once under the key; a refusal is kept under it, too."""
        if not 0 < len(order.idempotency_key) <= LOAN_KEY_CHARACTERS_MAX:
            raise refusal("bad_order", "An order has a key, such as a UUID", call="record")
        if order.idempotency_key in self._kept:
            loan_id, kept = self._kept[order.idempotency_key]
            if loan_id != order.loan_id:
                raise Unclear(
                    "The answer is about another loan", code=OTHER_LOAN,
                    exchange=exchange_of("record"),
                )  # fmt: skip
            if isinstance(kept, AwaitsChecker):
                raise error_of(LoanFault.IN_PROGRESS, call="record")
        else:
            kept = self._outcome(order)
            self._kept[order.idempotency_key] = (order.loan_id, kept)
        if isinstance(kept, Declined):
            raise kept
        return kept

    def found(self, loan_id: int) -> Sequence[FoundDisbursal]:
        """All disbursals of a loan."""
        return tuple(self.disbursals[loan_id])

    def _answer(self, call: str, permission: str, do: Callable[[], Answer]) -> Answer:
        with self._lock:
            self.calls.append(call)
            waiting = self._faults[call]
            fault = waiting.popleft() if waiting else None
            if permission and permission not in self.permissions:
                fault = LoanFault.DENIED
            if fault is None or fault in CARRIED_OUT:
                answer = do()
            if fault is not None:
                raise error_of(fault, call=call, permission=permission)
            return answer

    def _outcome(self, order: DisbursalOrder) -> Kept:
        if order.loan_id not in self.loans:
            return refusal(NOT_THERE_CODE, "There is no such loan", call="record")
        if self.checks:
            command_id = len(self.waiting) + 1
            self.waiting[command_id] = (order, "waits")
            return AwaitsChecker(command_id=command_id)
        try:
            return self._carry_out(order)
        except Declined as error:
            return error

    def _carry_out(self, order: DisbursalOrder) -> DisbursalRecorded:
        loan, body = self.loans[order.loan_id], order.body
        on = date.fromisoformat(str(body["actualDisbursementDate"]))
        amount_minor = int(Decimal(str(body["transactionAmount"])).scaleb(exponent(loan.currency)))
        if not self._may_be_disbursed(loan):
            raise refusal(NOT_APPROVED_CODE, "It is not approved, or disbursed", call="record")
        if on > self.today():
            code = "error.msg.loan.disbursal.cannot.be.a.future.date"
            raise refusal(code, "The date is after the business date", call="record")
        if loan.approved_on is not None and on < loan.approved_on:
            code = "error.msg.loan.disbursal.cannot.be.before.approval.date"
            raise refusal(code, "The date is before the approval", call="record")
        if loan.gross_minor is not None and amount_minor > loan.gross_minor:
            code = "error.msg.loan.disburse.amount.must.be.less.than.approved.amount"
            raise refusal(code, "It is more than was approved", call="record")
        # The server keeps a receipt only together with a payment type (fineract.md 3.2).
        receipt = str(body.get("receiptNumber", "")) if "paymentTypeId" in body else ""
        external_id = str(body.get("externalId", ""))
        return self._add(
            loan.loan_id, external_id=external_id, receipt=receipt, amount_minor=amount_minor,
            on=on,
        )  # fmt: skip

    def _may_be_disbursed(self, loan: LoanFacts) -> bool:
        if loan.state == LoanState.APPROVED:
            return True
        drawn = sum(
            each.amount_minor or 0 for each in self.disbursals[loan.loan_id] if not each.reversed
        )
        undrawn = loan.gross_minor is None or drawn < loan.gross_minor
        return loan.several_disbursals and loan.state in PAID_OUT_LOAN_STATES and undrawn

    def _add(
        self, loan_id: int, *, external_id: str, receipt: str, amount_minor: int | None, on: date
    ) -> DisbursalRecorded:
        rows = [each for found in self.disbursals.values() for each in found]
        if external_id and any(each.external_id == external_id for each in rows):
            raise refusal(INTEGRITY_CODE, "Such an external id is there", call="record")
        loan = self.loans[loan_id]
        amount_minor = loan.gross_minor if amount_minor is None else amount_minor
        found = FoundDisbursal(
            transaction_id=len(rows) + 1, external_id=external_id, receipt=receipt,
            reversed=False, amount_minor=amount_minor, on=on,
        )  # fmt: skip
        self.disbursals[loan_id].append(found)
        self.change(loan_id, state=LoanState.ACTIVE)
        return DisbursalRecorded(transaction_id=found.transaction_id)
