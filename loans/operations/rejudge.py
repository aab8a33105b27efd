"""A tracked loan that was looked at again: held, held for another reason, or free to be paid."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from core import states
from core.states import SYSTEM
from loans.models import LoanProductAutoDisbursalConfig, LoanTracking
from loans.operations.recheck import Looked, hold_back, judge
from loans.rules import holds
from loans.rules.facts import columns
from loans.rules.holds import HOLDS, Verdict
from loans.states import LoanStatus

NOT_THERE = 0
NOT_THERE_TEXT = "Mifos X does not show it to us any more."
BY_STATE = frozenset({holds.NOT_APPROVED, holds.DISBURSED_ELSEWHERE})
PAID_BEFORE = frozenset({holds.UNDONE_AFTER_PAID, holds.CAME_BACK})
UNPAID = (LoanStatus.PENDING, LoanStatus.HELD, LoanStatus.FAILED)


def rejudge(
    *,
    tracking_id: UUID,
    looked: Looked,
    product: LoanProductAutoDisbursalConfig | None,
    at: datetime,
    actor: str = SYSTEM,
) -> LoanTracking:
    """Take over what Mifos X says now of a loan that is not paid nor under way.

    A difference is kept for a person and never taken over; what kept it from being paid and is
    mended lets it go on. A failed one is held for whatever would keep it from being paid now.
    Others than pending, held and failed loans are left as they are.
    """
    with transaction.atomic():
        loan = LoanTracking.objects.select_for_update().get(pk=tracking_id)
        if loan.status not in UNPAID:
            return loan
        loan.mifos_status = looked.facts.state if looked.facts else NOT_THERE
        loan.seen_at = at
        loan.save(update_fields=["mifos_status", "seen_at"])
        verdict = judge(loan, looked, product)
        if loan.status == LoanStatus.HELD:
            _held(loan, looked, verdict, at=at, actor=actor)
        elif loan.status == LoanStatus.PENDING or verdict.hold_code:
            _not_held(loan, looked, verdict, at=at, actor=actor)
    return loan


def _not_held(
    loan: LoanTracking, looked: Looked, verdict: Verdict, *, at: datetime, actor: str
) -> None:
    if verdict.hold_code:
        text = "" if looked.facts else NOT_THERE_TEXT
        hold_back(loan, verdict, at=at, actor=actor, text=text)
    else:
        _take_over(loan, looked)


def _held(
    loan: LoanTracking, looked: Looked, verdict: Verdict, *, at: datetime, actor: str
) -> None:
    """What a person decided or must decide stays, unless Mifos X took the decision away."""
    code = verdict.hold_code
    if looked.facts is not None:
        _keep_differences(loan, verdict)
    if loan.held_code in PAID_BEFORE:
        return
    if loan.held_code in BY_STATE and code not in BY_STATE:
        _hold_for(loan, holds.NEW_APPROVAL, at=at, actor=actor)
    elif code in BY_STATE or (loan.held_code in holds.BY_FACTS and code):
        if code in holds.BY_FACTS and not verdict.differences:
            _take_over(loan, looked)
        _hold_for(loan, code, at=at, actor=actor)
    elif loan.held_code in holds.BY_FACTS and loan.disbursement_id is None:
        _take_over(loan, looked)
        states.advance(
            loan, to=LoanStatus.PENDING, at=at, actor=actor, held_code="", held_text="",
            differences=[],
            because=f"put right: no longer “{HOLDS[loan.held_code].text.rstrip('.')}”",
        )  # fmt: skip


def _hold_for(loan: LoanTracking, code: str, *, at: datetime, actor: str) -> None:
    """Held already, and from now on for this."""
    if loan.held_code == code:
        return
    loan.held_code, loan.held_text, loan.released_at = code, HOLDS[code].text, None
    loan.save(update_fields=["held_code", "held_text", "released_at"])
    states.note(loan, at=at, actor=actor, because=HOLDS[code].text, details={"held": code})


def _keep_differences(loan: LoanTracking, verdict: Verdict) -> None:
    """Those of now: what was set right is none any more."""
    if list(verdict.differences) != loan.differences:
        loan.differences = list(verdict.differences)
        loan.save(update_fields=["differences"])


def _take_over(loan: LoanTracking, looked: Looked) -> None:
    """Names, days and what was missing; nothing that anybody compared by differs."""
    if looked.facts is None:
        return
    now = columns(looked.facts, looked.client)
    changed = []
    for name, value in now.items():
        unknown_day = name == "approved_on" and value is None
        if not unknown_day and getattr(loan, name) != value:
            setattr(loan, name, value)
            changed.append(name)
    if changed:
        loan.save(update_fields=changed)
