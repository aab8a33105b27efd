"""What a sync of one partner would do: the same reads, and nothing changed."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from core.states import SYSTEM
from loans.models import LoanSyncRun
from loans.operations.noticing import Noticed, Noticing
from loans.operations.reach_mifos import Line, open_line
from loans.operations.recheck import judge
from loans.operations.sorting import Todo
from loans.operations.sync import (
    BOOK,
    FETCH,
    PROCESS,
    connection_to_sync,
    why_it_does_not_pay,
)
from loans.queries import bookings, due, pending
from loans.rules.holds import judge_facts

PAY, HOLD, WAIT, LOOK = "pay", "hold", "wait", "look"


@dataclass(frozen=True, kw_only=True)
class Would:
    """What would become of one loan: pay | hold | wait | look. `code`: why it is held or waits."""

    loan_id: int
    would: str
    code: str = ""


@dataclass
class DryRun:
    """`run` was not kept: it has the counts of what would be left as it is, and the errors.

    `not_paid_because`: what keeps all of it from being done for now; empty for nothing.
    """

    run: LoanSyncRun
    not_paid_because: str = ""
    loans: list[Would] = field(default_factory=list)
    to_book: int = 0


def dry_run(*, partner_id: UUID, at: datetime, fetch_only: bool = False) -> DryRun:
    """Read this partner's list and loans, and say what a sync would do; also while switched off.

    The requests count against the minute, and the calls are kept. Raises CannotSync,
    AlreadyRunning, NotNow, and what the LoanBook raises.
    """
    connection = connection_to_sync(partner_id, (FETCH,))
    run = LoanSyncRun(
        partner_id=partner_id, trigger="command", actor=SYSTEM, started_at=at,
        steps=[FETCH] if fetch_only else [FETCH, PROCESS, BOOK],
    )  # fmt: skip
    found = DryRun(run=run, not_paid_because=why_it_does_not_pay(connection))
    with open_line(connection, run=run, at=at, at_once=True) as line:
        looked_at = set()
        for noticed in Noticing(line, run, at=at):
            looked_at.add(noticed.loan.pk)
            found.loans.append(_of(noticed, at))
        found.loans.extend(_pending(line, looked_at, at))
    if not fetch_only:
        found.to_book = bookings.due(partner_id=partner_id, at=at).count()
    return found


def _of(noticed: Noticed, at: datetime) -> Would:
    loan, looked = noticed.loan, noticed.looked
    if noticed.todo == Todo.TRACK and looked.facts is not None:
        code = judge_facts(looked.facts, looked.client, noticed.product)
        loan.expected_on = looked.facts.expected_on
    elif noticed.todo == Todo.PERHAPS_UNDONE:
        return Would(loan_id=loan.loan_id, would=LOOK, code="undone_after_paid")
    else:
        code = judge(loan, looked, noticed.product).hold_code
    if code:
        return Would(loan_id=loan.loan_id, would=HOLD, code=code)
    return _paid_or_waits(loan.loan_id, due_now=pending.is_due(loan, at=at))


def _pending(line: Line, but: set[UUID], at: datetime) -> Iterator[Would]:
    """Loans that are tracked and were left as they are by the fetch; sure only by a last look."""
    products = due.products(line.connection.partner_id)
    for loan in pending.pending(line.connection.partner_id).exclude(pk__in=but):
        product = products.get(loan.product_id)
        if product is not None and product.enabled:
            yield _paid_or_waits(loan.loan_id, due_now=pending.is_due(loan, at=at))


def _paid_or_waits(loan_id: int, *, due_now: bool) -> Would:
    if due_now:
        return Would(loan_id=loan_id, would=PAY)
    return Would(loan_id=loan_id, would=WAIT, code="not_due_yet")
