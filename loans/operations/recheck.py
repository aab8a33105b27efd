"""The last look before money leaves: is the loan still what it was when it was tracked?"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from core import states
from disbursements.operations import clear
from gateways.errors import Declined
from gateways.interface import AccessRefused, LoanClient, LoanFacts
from loans.models import LoanProductAutoDisbursalConfig, LoanTracking
from loans.operations.reach_mifos import Line
from loans.queries import payouts
from loans.rules import holds
from loans.rules.holds import HOLDS, Verdict
from loans.states import LoanStatus

NOT_THERE = "404"
Read = TypeVar("Read")


@dataclass(frozen=True, kw_only=True)
class Looked:
    """A loan and its client as Mifos X says them now; no facts: it is not there for us."""

    facts: LoanFacts | None
    client: LoanClient | None


def look(line: Line, loan: LoanTracking) -> Looked:
    """Read the loan and its client, outside of transactions.

    Raises what LoanBook raises (but for 404), and NotNow.
    """
    with line.about(loan.pk):
        facts = _or_none(lambda: line.book.loan(loan.loan_id))
        client_id = facts.client_id if facts else None
        if client_id is None:
            return Looked(facts=facts, client=None)
        return Looked(facts=facts, client=_or_none(lambda: line.book.client(client_id)))


def judge(
    loan: LoanTracking, looked: Looked, product: LoanProductAutoDisbursalConfig | None
) -> Verdict:
    """Whether it may be paid by the facts that are tracked; a release covers these very facts."""
    if looked.facts is None:
        return Verdict(hold_code=holds.NOT_APPROVED)
    released = loan.released_at is not None
    return holds.verdict(loan, looked.facts, looked.client, product, released=released)


def hold_back(
    loan: LoanTracking,
    verdict: Verdict,
    *,
    at: datetime,
    actor: str = states.SYSTEM,
    text: str = "",
) -> None:
    """To `held`, and no payout of it leaves. Inside a transaction, on a locked loan.

    `text`: what is told instead of the code's own, such as a person's reason. What has a payout
    is not let go by a mended fact alone: that would be another cycle, and needs a person.
    """
    code, said = verdict.hold_code, text or HOLDS[verdict.hold_code].text
    if loan.disbursement_id is not None and code in holds.BY_FACTS:
        code = holds.PAYOUT_STOPPED
    clear.take_back(payout_ids=list(payouts.payouts_of(loan).values_list("pk", flat=True)), at=at)
    states.advance(
        loan, to=LoanStatus.HELD, at=at, actor=actor, because=f"held: {said}",
        details={"held": code, "differs": [each["field"] for each in verdict.differences]},
        held_code=code, held_text=said, differences=list(verdict.differences), released_at=None,
    )  # fmt: skip


def _or_none(read: Callable[[], Read]) -> Read | None:
    """What was read, or None where it is not there for us."""
    try:
        return read()
    except AccessRefused:
        raise
    except Declined as error:
        if error.code != NOT_THERE:
            raise
        return None
