"""Follow the payouts of loans: what they came to is what the loan has come to."""

import logging
from datetime import datetime
from itertools import chain
from uuid import UUID

from django.db import transaction

from core import clock, jobs, states
from core.alerts import raise_alert
from core.models import AlertSeverity
from disbursements.models import DisbursementRequest
from disbursements.queries.of_origin import NOT_PAID, PAID, another_may_have_paid
from disbursements.states import DisbursementStatus
from loans.models import LoanBooking, LoanSyncRun, LoanTracking
from loans.operations.new_booking import new_booking
from loans.operations.paid_beside import end_settled, tell_paid_beside
from loans.operations.recheck import hold_back
from loans.operations.stop_payouts import stop_others
from loans.queries import payouts
from loans.rules import holds
from loans.rules.holds import Verdict
from loans.states import LoanStatus

logger = logging.getLogger(__name__)

BATCH = 500
BUDGET_S = 40.0
JOB = "loans"
FOLLOWED = (LoanStatus.PROCESSING, LoanStatus.FAILED, LoanStatus.HELD)


def follow(*, at: datetime, partner_id: UUID | None = None, run: LoanSyncRun | None = None) -> int:
    """Take over what the payouts came to, oldest news first; returns how many loans moved.

    No network. `run`: what is paid and failed is counted into it (not saved). One that cannot be
    followed stops no other; the first unexpected error is raised at the end.
    """
    ends_s, moved, unexpected = clock.stopwatch_s() + BUDGET_S, 0, None
    loans = chain(*(rows[:BATCH] for rows in payouts.with_news(partner_id=partner_id)))
    for loan_id in [loan.pk for loan in loans]:
        try:
            moved += follow_one(loan_id=loan_id, at=at, run=run)
        except Exception as error:
            logger.exception("Loan %s could not be followed", loan_id)
            unexpected = unexpected or error
        if clock.stopwatch_s() > ends_s:
            break
    moved += _tell_what_came_back(at) + tell_paid_beside(at) + end_settled(at)
    if unexpected is not None:
        raise unexpected
    return moved


def follow_one(*, loan_id: UUID, at: datetime, run: LoanSyncRun | None = None) -> bool:
    """The same of one tracked loan (its own id); whether anything was new."""
    with transaction.atomic():
        loan = LoanTracking.objects.select_for_update().get(pk=loan_id)
        payout = payouts.payout_that_counts(loan)
        if loan.status not in FOLLOWED or payout is None:
            return False
        if payout.status in PAID:
            return _paid(loan, payout, at, run)
        if loan.status == LoanStatus.HELD:
            return False
        replaced = payout.pk != loan.disbursement_id
        if replaced:
            loan.disbursement = payout
            loan.save(update_fields=["disbursement"])
            states.note(loan, at=at, because=f"its payout is now {payout.client_reference}")
        return _take_over(loan, payout, at, run) or replaced


def is_of_loan(*, payout_id: str) -> bool:
    """Whether a loan hangs on this payout."""
    return DisbursementRequest.objects.filter(pk=payout_id, origin=payouts.ORIGIN).exists()


def _paid(
    loan: LoanTracking, payout: DisbursementRequest, at: datetime, run: LoanSyncRun | None
) -> bool:
    """The client has the money: to be booked, once for each cycle."""
    if LoanBooking.objects.filter(loan=loan, cycle=loan.cycle).exists():
        return False
    states.advance(
        loan, to=LoanStatus.DISBURSED, at=at, because=f"paid, receipt {payout.receipt}",
        disbursement=payout, held_code="", held_text="", differences=[],
    )  # fmt: skip
    stop_others(loan, payout, actor=states.SYSTEM, at=at)
    booking = new_booking(loan, payout, cycle=loan.cycle, at=at)
    states.begin([booking], at=at, because="paid: to be booked", actor=states.SYSTEM)
    jobs.after_commit(JOB)
    if run is not None:
        run.paid += 1
    return True


def _take_over(
    loan: LoanTracking, payout: DisbursementRequest, at: datetime, run: LoanSyncRun | None
) -> bool:
    if payout.status == DisbursementStatus.CANCELLED:
        if another_may_have_paid(payout):
            return False
        text = f"Its payout {payout.client_reference} was cancelled before it was sent."
        hold_back(loan, Verdict(hold_code=holds.PAYOUT_STOPPED), at=at, text=text)
        return True
    failed = payout.status in NOT_PAID
    if failed == (loan.status == LoanStatus.FAILED):
        return False
    if not failed:
        because = f"its payout is {payout.status}"
        states.advance(loan, to=LoanStatus.PROCESSING, at=at, because=because, held_text="")
        return True
    text = payout.failure_text or payout.retry_reason or payout.failure_code
    states.advance(
        loan, to=LoanStatus.FAILED, at=at, because=f"its payout is {payout.status}: {text}",
        held_text=text,
    )  # fmt: skip
    if run is not None:
        run.failed += 1
    return True


def _tell_what_came_back(at: datetime) -> int:
    """Each once: the alert says that it was told. It is paid again by two persons only."""
    told = 0
    for payout in payouts.came_back()[:BATCH]:
        with transaction.atomic():
            loan_id, _ = payouts.cycle_of(payout)
            loan = LoanTracking.objects.select_for_update().get(pk=loan_id)
            if loan.status == LoanStatus.DISBURSED and loan.disbursement_id == payout.pk:
                hold_back(loan, Verdict(hold_code=holds.CAME_BACK), at=at)
            raise_alert(
                kind=payouts.CAME_BACK_ALERT, key=str(payout.pk), at=at,
                severity=AlertSeverity.CRITICAL,
                text=f"{payout.client_reference}, which paid loan {loan.loan_id} of "
                f"{payout.partner}, came back: find out why, then have it paid again by two "
                "persons, or undone in Mifos X",
            )  # fmt: skip
            told += 1
    return told
