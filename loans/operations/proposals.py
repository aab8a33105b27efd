"""What two persons must agree on: not to book a paid loan, or to pay a loan once more."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from django.db import transaction

from core import states
from core.callers import Caller, NotAllowed
from core.refusals import Refused, checked_reason
from disbursements.operations.propose_settlement import demand_person
from loans.models import LoanBooking, LoanProposal, LoanTracking, ProposalKind
from loans.operations import give_up_booking, pay_again
from loans.operations.accept import differs_from_what_was_shown
from loans.operations.overtake import end
from loans.operations.reach import booking_locked, locked_loan
from loans.queries.bookings import to_decide_on
from loans.queries.proposals import open_proposal
from loans.rules.proposing import why_not
from loans.states import ProposalStatus

PROPOSE = "loans.propose_loanproposal"
APPROVE = "loans.approve_loanproposal"
SIGNS = "A proposal"
EXAMPLE = "the client brought the money back to the branch"
P = ProposalStatus
Found = tuple[LoanTracking, LoanBooking, LoanProposal]


class NoSuchProposal(Refused):
    """There is none, or it is another partner's."""


class CannotPropose(Refused):
    """The loan does not stand so that this could be decided; nothing was changed."""


class SamePerson(NotAllowed):
    """Who proposed it cannot approve it."""


class NotWaiting(Refused):
    """It was decided already, or the loan moved on."""


def propose(
    *, loan_id: UUID, kind: str, reason: str, caller: Caller, at: datetime
) -> LoanProposal:
    """Write it down; it changes nothing before another person agrees.

    The same of the same person again is the same row. Raises NotAllowed, NoSuchLoan,
    CannotPropose, Refused for the reason.
    """
    demand_person(caller, PROPOSE, signs=SIGNS)
    said = checked_reason(reason, example=EXAMPLE)
    with transaction.atomic():
        loan = locked_loan(loan_id, caller)
        booking = to_decide_on(loan, give_up=kind == ProposalKind.GIVE_UP_BOOKING)
        no = why_not(kind, loan, booking)
        if no or booking is None:
            raise CannotPropose(f"This cannot be proposed of loan {loan.loan_id}: {no}")
        earlier = open_proposal(loan)
        if earlier is not None:
            return _same_or_refuse(earlier, kind, said, caller)
        proposal = LoanProposal(
            loan=loan, booking=booking, kind=kind, status=P.PROPOSED, status_at=at, reason=said,
            proposed_by=caller.actor, created_at=at,
        )  # fmt: skip
        because = f"proposed ({caller.origin}): {said}"
        states.begin([proposal], at=at, because=because, actor=caller.actor)
        verb = ProposalKind(kind).label.lower()
        _note(loan, proposal, f"proposed to {verb}: {said}", caller, at)
        return proposal


def approve(
    *, proposal_id: UUID, reason: str, caller: Caller, at: datetime, dry_run: bool = False
) -> LoanProposal:
    """Agree: it is done, judged anew. The same approval again changes nothing.

    To pay again, Mifos X is asked first: not inside a transaction. `dry_run`: nothing stays.
    Raises NotAllowed, SamePerson, NoSuchProposal, NotWaiting, CannotPayAgain, ChangedAgain (look
    at the differences, then approve), Refused for the reason.
    """
    demand_person(caller, APPROVE, signs=SIGNS)
    said = checked_reason(reason, example=EXAMPLE)
    with _told(dry_run=dry_run) as why:
        loan, booking, proposal = _judged(proposal_id, caller, at, why)
    if why or proposal.status == P.APPROVED:
        return _or_raise(proposal, why)
    asked, changed = None, False
    if proposal.kind == ProposalKind.PAY_AGAIN:
        asked = pay_again.ask(loan, booking, at=at)
    with _told(dry_run=dry_run) as why:
        loan, booking, proposal = _judged(proposal_id, caller, at, why)
        goes_on = not why and proposal.status == P.PROPOSED
        if goes_on and asked is not None:
            changed = differs_from_what_was_shown(
                loan, facts=asked.facts, client=asked.client, at=at
            )
        if goes_on and not changed:
            _carry_out(loan, booking, proposal, asked, f"two persons agreed: {said}", caller, at)
            _decide(proposal, P.APPROVED, said, caller, at)
    if changed:
        raise pay_again.ChangedAgain(
            "Mifos X says something else by now than what was shown: look at the differences on "
            "the loan, then approve it"
        )
    return _or_raise(proposal, why)


def reject(*, proposal_id: UUID, reason: str, caller: Caller, at: datetime) -> LoanProposal:
    """Refuse it; its proposer may take it back. The loan stays as it is.

    Raises NotAllowed, NoSuchProposal, NotWaiting, Refused for the reason.
    """
    said = checked_reason(reason, example=EXAMPLE)
    with transaction.atomic():
        loan, _, proposal = _locked(proposal_id, caller)
        own = proposal.proposed_by == caller.actor
        demand_person(caller, PROPOSE if own else APPROVE, signs=SIGNS)
        if _decided_so(proposal, P.REJECTED, caller):
            return proposal
        _decide(proposal, P.REJECTED, said, caller, at)
        verb = "taken back" if own else "rejected"
        _note(loan, proposal, f"what was proposed was {verb}: {said}", caller, at)
        return proposal


@contextmanager
def _told(*, dry_run: bool) -> Iterator[list[str]]:
    """A transaction that stays even when it ends with a reason why not."""
    with transaction.atomic():
        yield []
        transaction.set_rollback(dry_run)


def _or_raise(proposal: LoanProposal, why: list[str]) -> LoanProposal:
    if why:
        raise NotWaiting(f"Nothing was changed: {why[0]}")
    return proposal


def _judged(proposal_id: UUID, caller: Caller, at: datetime, why: list[str]) -> Found:
    """All three, locked. What no longer fits is overtaken, and `why` says it."""
    loan, booking, proposal = _locked(proposal_id, caller)
    if proposal.proposed_by.casefold() == caller.actor.casefold():
        raise SamePerson("You proposed this: another person must approve it")
    if not _decided_so(proposal, P.APPROVED, caller):
        no = why_not(proposal.kind, loan, booking)
        if no:
            end(proposal, loan, because=no, at=at)
            why.append(no)
    return loan, booking, proposal


def _locked(proposal_id: UUID, caller: Caller) -> Found:
    """Loan, booking and proposal, locked in this order. Raises NoSuchProposal."""
    found = LoanProposal.objects.filter(pk=proposal_id)
    if caller.partners is not None:
        found = found.filter(loan__partner_id__in=caller.partners)
    proposal = found.first()
    if proposal is None:
        raise NoSuchProposal(f"there is no proposal {proposal_id}", field="id")
    loan = locked_loan(proposal.loan_id, caller)
    booking = booking_locked(proposal.booking_id)
    proposal = LoanProposal.objects.select_for_update().get(pk=proposal_id)
    proposal.loan, proposal.booking = loan, booking
    return loan, booking, proposal


def _decided_so(proposal: LoanProposal, wanted: str, caller: Caller) -> bool:
    """Whether this person decided it so before. Raises NotWaiting for any other end of it."""
    if proposal.status == P.PROPOSED:
        return False
    if proposal.status == wanted and proposal.decided_by == caller.actor:
        return True
    by = f" by {proposal.decided_by}" if proposal.decided_by else ""
    raise NotWaiting(f"This proposal was {proposal.status}{by} already")


def _carry_out(
    loan: LoanTracking,
    booking: LoanBooking,
    proposal: LoanProposal,
    asked: pay_again.Asked | None,
    because: str,
    caller: Caller,
    at: datetime,
) -> None:
    if asked is None:
        give_up_booking.give_up(loan, booking, because=because, actor=caller.actor, at=at)
    else:
        pay_again.begin(loan, booking, asked, because=because, actor=caller.actor, at=at)
    _note(loan, proposal, f"{proposal.get_kind_display()}: {because}", caller, at)


def _decide(
    proposal: LoanProposal, status: str, reason: str, caller: Caller, at: datetime
) -> None:
    states.advance(
        proposal, to=status, at=at, because=f"{status} ({caller.origin}): {reason}",
        actor=caller.actor, decided_by=caller.actor, decided_because=reason,
    )  # fmt: skip


def _same_or_refuse(earlier: LoanProposal, kind: str, reason: str, caller: Caller) -> LoanProposal:
    if (earlier.kind, earlier.reason, earlier.proposed_by) == (kind, reason, caller.actor):
        return earlier
    raise CannotPropose(
        f"{earlier.proposed_by} has proposed something of this loan already: it must be approved "
        "or rejected first"
    )


def _note(
    loan: LoanTracking, proposal: LoanProposal, because: str, caller: Caller, at: datetime
) -> None:
    states.note(
        loan, at=at, because=because, actor=caller.actor, details={"proposal": str(proposal.pk)}
    )
