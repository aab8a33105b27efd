"""Take over what Mifos X says of a held loan, and let it be paid by it: persons decided so."""

from datetime import datetime

from core import jobs, states
from gateways.interface import LoanClient, LoanFacts
from loans.models import LoanTracking
from loans.rules.facts import columns, differences
from loans.states import LoanStatus

JOB = "sync_loans"


def differs_from_what_was_shown(
    loan: LoanTracking, *, facts: LoanFacts, client: LoanClient | None, at: datetime
) -> bool:
    """Whether nobody has seen yet what Mifos X says now; it is kept to be seen.

    Inside a transaction, on a locked loan.
    """
    found = differences(loan, facts, client)
    if found == loan.differences:
        return False
    loan.differences, loan.seen_at = list(found), at
    loan.save(update_fields=["differences", "seen_at"])
    return True


def accept(
    loan: LoanTracking,
    *,
    facts: LoanFacts,
    client: LoanClient | None,
    because: str,
    actor: str,
    at: datetime,
    new_cycle: bool,
) -> None:
    """To `pending`. Inside a transaction, on a locked loan that is held.

    `new_cycle`: it gets a payout of its own, whatever became of the one before. Whether anything
    may be paid once more is the caller's to know.
    """
    cycle = loan.cycle + 1 if new_cycle else loan.cycle
    details = {"cycle": cycle, "held": loan.held_code}
    if loan.disbursement_id is not None:
        details["disbursement"] = str(loan.disbursement_id)
    states.advance(
        loan, to=LoanStatus.PENDING, at=at, actor=actor, because=because, details=details,
        **columns(facts, client), cycle=cycle, disbursement=None, held_code="", held_text="",
        differences=[], released_at=at, mifos_status=facts.state, seen_at=at,
    )  # fmt: skip
    jobs.after_commit(JOB)
