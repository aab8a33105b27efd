"""What staff do with one loan: hold, release, look again, have its payout tried again.

`loan_id` is the id of the tracking, not the number in Mifos X. All raise NotAllowed, NoSuchLoan.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from django.db import transaction

from core import jobs, states
from core.callers import Caller
from core.refusals import Refused, checked_reason
from disbursements.operations import clear, on_behalf
from gateways.errors import GatewayError
from loans.models import LoanTracking, MifosConnection
from loans.operations.accept import accept, differs_from_what_was_shown
from loans.operations.follow import follow_one
from loans.operations.reach import NoSuchLoan, locked_loan
from loans.operations.reach_mifos import Line, note_failure, open_line
from loans.operations.recheck import Looked, hold_back, judge, look
from loans.operations.rejudge import rejudge
from loans.operations.stop_payouts import stop_payouts
from loans.queries import due, payouts
from loans.rules import holds
from loans.rules.holds import HOLDS, Verdict
from loans.states import LoanStatus

HOLD = "loans.hold_loantracking"
RETRY = "loans.retry_loantracking"
REASON_EXAMPLE = "the client rang and asked us to wait"
JOB = "loans"
L = LoanStatus

__all__ = [
    "HOLD", "RETRY", "CannotHold", "CannotLook", "CannotRelease", "CannotRetry", "ChangedAgain",
    "NoSuchLoan", "hold", "recheck", "release", "retry_payment",
]  # fmt: skip


class CannotHold(Refused):
    """It is paid, held, or its payout is under way; nothing was changed."""


class CannotRelease(Refused):
    """It is not held, or for something that no person may wave through; it stays held."""


class ChangedAgain(CannotRelease):
    """Mifos X says otherwise than what was shown; the new differences are on the loan."""


class CannotLook(Refused):
    """It is paid, or its Mifos X cannot be asked now; nothing was changed."""


class CannotRetry(Refused):
    """Its payout did not fail, or may not be sent again; nothing was changed."""


def hold(*, loan_id: UUID, reason: str, caller: Caller, at: datetime) -> LoanTracking:
    """Pay it to nobody until a person releases it; what waits to be sent is stopped.

    Raises CannotHold, Refused for the reason.
    """
    caller.demand(HOLD)
    said = checked_reason(reason, example=REASON_EXAMPLE)
    with transaction.atomic():
        loan = locked_loan(loan_id, caller)
        if loan.status == L.DISBURSED:
            raise CannotHold("it is paid: there is nothing to hold any more")
        if loan.status == L.HELD:
            return _hold_still(loan, said, caller, at)
        try:
            stop_payouts(loan, reason=said, actor=caller.actor, at=at)
        except on_behalf.CannotBeDone as error:
            raise CannotHold(f"its payout cannot be stopped: {error}") from None
        hold_back(
            loan, Verdict(hold_code=holds.BY_HAND), at=at, actor=caller.actor,
            text=f"{caller.actor} held it: {said}",
        )  # fmt: skip
        return loan


def release(
    *, loan_id: UUID, reason: str, caller: Caller, at: datetime, line: Line | None = None
) -> LoanTracking:
    """Let it be paid by what Mifos X says now, which is read first; a new cycle after a payout.

    `line`: the caller's own, of the loan's partner; else one is opened. Raises CannotRelease,
    ChangedAgain (look at the differences, then release), CannotLook, what `open_line` raises,
    Refused for the reason.
    """
    caller.demand(HOLD)
    said = checked_reason(reason, example="checked with the branch, it is right")
    seen = _visible(loan_id, caller)
    _demand_releasable(seen)
    looked = _looked(seen, line, at)
    with transaction.atomic():
        loan = locked_loan(loan_id, caller)
        _demand_releasable(loan)
        if loan.cycle != seen.cycle:
            raise CannotRelease("somebody else released it meanwhile: look at it again")
        changed = looked.facts is not None and differs_from_what_was_shown(
            loan, facts=looked.facts, client=looked.client, at=at
        )
        if not changed:
            _release(loan, looked, said, caller, at)
    if changed:
        raise ChangedAgain(
            "Mifos X says something else by now than what was shown: look at the differences on "
            "the loan, then release it"
        )
    return loan


def recheck(
    *, loan_id: UUID, caller: Caller, at: datetime, line: Line | None = None
) -> LoanTracking:
    """Look at it in Mifos X now: what differs holds it, what was mended lets it go on.

    Raises CannotLook, what `open_line` raises.
    """
    caller.demand(HOLD)
    seen = _visible(loan_id, caller)
    if seen.status == L.DISBURSED:
        raise CannotLook("it is paid: how it stands in Mifos X is told by its booking")
    looked = _looked(seen, line, at)
    product = due.products(seen.partner_id).get(seen.product_id)
    rejudge(tracking_id=seen.pk, looked=looked, product=product, at=at, actor=caller.actor)
    with transaction.atomic():
        loan = locked_loan(loan_id, caller)
        if loan.status == L.PROCESSING:
            _recheck_on_its_way(loan, judge(loan, looked, product), caller, at)
    return loan


def retry_payment(*, loan_id: UUID, reason: str, caller: Caller, at: datetime) -> LoanTracking:
    """Have the failed payout tried again; it leaves only after a new look at Mifos X.

    Raises CannotRetry, Refused for the reason.
    """
    caller.demand(RETRY)
    said = checked_reason(reason, example="the client's wallet was raised, try again")
    _visible(loan_id, caller)
    follow_one(loan_id=loan_id, at=at)
    loan = _visible(loan_id, caller)
    if loan.status != L.FAILED or loan.disbursement is None:
        raise CannotRetry(f"only one whose payout failed is tried again, and it is {loan.status}")
    clear.take_back(payout_ids=[loan.disbursement.pk], at=at)
    try:
        on_behalf.send_again(
            loan.disbursement, reason=said, actor=caller.actor, origin=caller.origin, at=at
        )
    except on_behalf.CannotBeDone as error:
        raise CannotRetry(str(error)) from None
    with transaction.atomic():
        loan = locked_loan(loan_id, caller)
        states.note(loan, at=at, actor=caller.actor, because=f"payout tried again: {said}")
        jobs.after_commit(JOB)
    follow_one(loan_id=loan_id, at=at)
    return _visible(loan_id, caller)


def _hold_still(loan: LoanTracking, said: str, caller: Caller, at: datetime) -> LoanTracking:
    """What would go on by itself once a fact is mended waits for a person from now on."""
    if loan.held_code not in holds.BY_FACTS:
        raise CannotHold(f"it is held already: {loan.held_text}")
    loan.held_code, loan.held_text = holds.BY_HAND, f"{caller.actor} held it: {said}"
    loan.save(update_fields=["held_code", "held_text"])
    states.note(
        loan, at=at, actor=caller.actor, because=f"held: {loan.held_text}",
        details={"held": holds.BY_HAND},
    )  # fmt: skip
    return loan


def _demand_releasable(loan: LoanTracking) -> None:
    if loan.status != L.HELD:
        raise CannotRelease(f"it is {loan.status}, not held")
    why = HOLDS[loan.held_code]
    if not why.releasable:
        raise CannotRelease(f"{loan.held_text or why.text} {why.what_to_do}")


def _release(loan: LoanTracking, looked: Looked, said: str, caller: Caller, at: datetime) -> None:
    if looked.facts is None:
        raise CannotRelease("Mifos X does not show it to us any more")
    product = due.products(loan.partner_id).get(looked.facts.product_id)
    code = holds.judge_state(looked.facts.state) or holds.judge_facts(
        looked.facts, looked.client, product, released=True
    )
    if code:
        raise CannotRelease(f"{HOLDS[code].text} {HOLDS[code].what_to_do}")
    try:
        stop_payouts(loan, reason=said, actor=caller.actor, at=at)
    except on_behalf.CannotBeDone as error:
        raise CannotRelease(f"its payout goes on: {error}") from None
    if (other := payouts.may_have_paid(loan)) is not None:
        raise CannotRelease(
            f"{other.client_reference} paid it, or may have: settle that, or have it paid again "
            "by two persons"
        )
    accept(
        loan, facts=looked.facts, client=looked.client, because=f"released: {said}",
        actor=caller.actor, at=at, new_cycle=payouts.reference_is_used(loan),
    )  # fmt: skip


def _recheck_on_its_way(
    loan: LoanTracking, verdict: Verdict, caller: Caller, at: datetime
) -> None:
    """Stopped if it still can be; what is under way goes on, and the trail says what differs."""
    if not verdict.hold_code:
        return
    text = HOLDS[verdict.hold_code].text
    try:
        with transaction.atomic():
            stop_payouts(loan, reason=text, actor=caller.actor, at=at)
    except on_behalf.CannotBeDone as error:
        states.note(
            loan, at=at, actor=caller.actor,
            because=f"{text} Its payout goes on all the same: {error}",
            details={"differs": [each["field"] for each in verdict.differences]},
        )  # fmt: skip
    else:
        hold_back(loan, verdict, at=at, actor=caller.actor)


def _visible(loan_id: UUID, caller: Caller) -> LoanTracking:
    with transaction.atomic():
        return locked_loan(loan_id, caller)


def _looked(loan: LoanTracking, line: Line | None, at: datetime) -> Looked:
    """Raises CannotLook, what `open_line` raises."""
    with _line_of(loan, line, at) as open_one:
        try:
            return look(open_one, loan)
        except GatewayError as error:
            note_failure(open_one, error, at)
            raise CannotLook(f"Mifos X could not be asked, try again: {error}") from None


@contextmanager
def _line_of(loan: LoanTracking, line: Line | None, at: datetime) -> Iterator[Line]:
    if line is not None:
        yield line
        return
    connection = MifosConnection.objects.filter(partner=loan.partner_id).first()
    if connection is None:
        raise CannotLook(f"{loan.partner} has no Mifos X connection any more")
    with open_line(connection, at=at, at_once=True) as own:
        yield own
